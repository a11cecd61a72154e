// SPDX-License-Identifier: Apache-2.0
// The six boards. `deploy/grafana/build` writes them to dashboards/.
local b = import 'board.libsonnet';
local where = b.where;
local t = b.target;
local acc = 'account=~"$account"';
local sel = 'seller=~"$seller"';
local rate(metric, more='') = 'rate(' + metric + '{' + where(more) + '}[$__rate_interval])';
local age(metric, more='') = 'time() - (' + metric + '{' + where(more) + '} > 0)';
local quantile(q, metric, by, more='') =
  'histogram_quantile(' + q + ', sum by (le' + by + ') (rate(' + metric + '_bucket{' + where(more) + '}[$__rate_interval])))';

local left = b.stat('Cancellations left', 'Whole orders that may still be cancelled before the tightest limit of the account is broken. Below 0: so many too many.', 'short',
                    [t('min by (account) (forestall_budget_left_orders{' + where(acc) + '})', '{{account}}')], 2, 1, 'low', 6);
local chance = b.stat('Chance of a breach', 'Probability that a limit on cancellations is exceeded within one window from now, the highest of each account.', 'percentunit',
                      [t('max by (account) (forestall_budget_breach_probability_ratio{' + where(acc) + '})', '{{account}}')], 0.1, 0.5, 'high', 6);
local at_risk = b.lines('Orders at risk by cause', 'Open orders that may be cancelled or late, by what endangers them. The list with deadlines is on the status page.', 'short',
                        [t('sum by (cause) (forestall_orders_at_risk{' + where() + '})', '{{cause}}')], true);
local over = b.lines('Units on offer without stock', 'Units that listings show beyond the stock behind them. In guard they fall again within the blind window.', 'short',
                     [t('sum by (account) (forestall_over_offered_units{' + where(acc) + '})', '{{account}}')], true);
local blind = b.lines('Blind window', 'Time from a sale to the moment when the other listings reflect it; 95 of 100 sales are faster. More of it means more units held back.', 's',
                      [t('max by (account) (forestall_blind_window_seconds{' + where(acc + ', quantile="0.95"') + '})', '{{account}}')]);
local steps = b.lines('Steps of intents', 'Changes of listings a second by the step they took: requested, sent, accepted, confirmed by reading back; or refused, stuck, unresolved, abandoned.', 'ops',
                      [t('sum by (step) (' + rate('forestall_intents_total', acc) + ')', '{{step}}')]);
local failing = b.lines('Feeds that fail', 'Feeds whose last attempt failed, by source. 0: everything is being read.', 'short',
                        [t('sum by (source) (forestall_poll_failing{' + where() + '})', '{{source}}')], true);

{
  'forestall-overview.json': b.dashboard('forestall-overview', 'Overview', 'Is anything about to be cancelled, and is Forestall able to prevent it?', [
    b.stat('Daemons up', 'Daemons that answer the scrape.', 'short', [t('sum(up{' + where() + '})', 'up')], 1, 1, 'low', 3),
    b.stat('Orders at risk', 'Open orders that may be cancelled or late, all causes.', 'short', [t('sum(forestall_orders_at_risk{' + where() + '})', 'orders')], 1, 5, 'high', 3),
    left,
    chance,
    b.stat('Breakers open', 'Accounts whose breaker stopped all changes until a person has looked.', 'short', [t('sum(forestall_breaker_open{' + where(acc) + '})', 'open')], 1, 1, 'high', 3),
    b.stat('Sources failing', 'Feeds of channels and stock whose last attempt failed.', 'short', [t('sum(forestall_poll_failing{' + where() + '})', 'failing')], 1, 3, 'high', 3),
    b.lines('Cancellations left', 'Whole orders that may still be cancelled, by account and limit. The line at 0 is the last one that breaks nothing.', 'short',
            [t('forestall_budget_left_orders{' + where(acc) + '}', '{{account}} {{limit}}')]),
    b.lines('Chance of a breach', 'Probability that the limit is exceeded within one window from now, at the present rate of orders and cancellations.', 'percentunit',
            [t('forestall_budget_breach_probability_ratio{' + where(acc) + '}', '{{account}} {{limit}}')]),
    at_risk,
    over,
    blind,
    steps,
    b.lines('Decisions', 'Listings decided on a second. It follows sales and stock changes.', 'ops', [t('sum by (seller) (' + rate('forestall_decisions_total') + ')', '{{seller}}')]),
    failing,
  ], [b.account]),

  'forestall-channel.json': b.dashboard('forestall-channel', 'Channel', 'How well one account at one marketplace is seen and reached.', [
    b.stat('Connected', 'Accounts whose configuration and credentials make a connection.', 'bool_yes_no', [t('min(forestall_account_connected{' + where(acc) + '})', 'connected')], 1, 1, 'low'),
    b.stat('Past orders read', 'Share of the first reading of past orders that is done. An account does not act before it is complete.', 'percentunit', [t('min(forestall_backfill_ratio{' + where(acc) + '})', 'read')], 1, 0.5, 'low'),
    b.stat('Orders known up to', 'Age of the instant before which every order is known, of the account furthest behind.', 's', [t('max(' + age('forestall_orders_complete_before_timestamp_seconds', acc) + ')', 'age')], 900, 1800),
    b.stat('Listings read', 'Time since the last complete reading of all listings, of the account furthest behind.', 's', [t('max(' + age('forestall_listings_read_timestamp_seconds', acc) + ')', 'age')], 86400, 172800),
    b.stat('Clock skew', 'Largest difference between the channel\'s clock and this machine\'s. Above max_clock_skew nothing is written.', 's', [t('max(abs(forestall_clock_skew_seconds{' + where(acc) + '}))', 'skew')], 10, 60),
    b.stat('Calls waiting', 'Calls that wait for the channel\'s rate limit.', 'short', [t('sum(forestall_calls_waiting{' + where(acc) + '})', 'waiting')], 50, 500),
    blind,
    b.lines('Blind window by leg', 'Where the time goes, 95 of 100 are faster: until an order is seen, until the change is sent (our queue), until it is live.', 's',
            [t('max by (account, stage) (forestall_blind_window_leg_seconds{' + where(acc + ', quantile="0.95"') + '})', '{{account}} {{stage}}')]),
    b.lines('Rounds', 'Rounds of reading finished a second, by feed.', 'ops', [t('sum by (feed) (' + rate('forestall_poll_rounds_total', 'source=~"$account"') + ')', '{{feed}}')]),
    b.lines('Failed reads', 'Attempts to read a feed that failed, a second.', 'ops', [t('sum by (source, feed) (' + rate('forestall_poll_failures_total', 'source=~"$account"') + ')', '{{source}} {{feed}}')]),
    b.lines('Time since each feed was read', 'Age of the last success of each feed.', 's', [t('max by (source, feed) (' + age('forestall_poll_last_success_timestamp_seconds', 'source=~"$account"') + ')', '{{source}} {{feed}}')]),
    b.lines('Received', 'Bytes received from the channel a second, by feed.', 'Bps', [t('sum by (feed) (' + rate('forestall_poll_received_bytes_total', 'source=~"$account"') + ')', '{{feed}}')]),
    b.lines('Calls granted', 'Calls let through a second, by what they are for. Pauses go before sweeps.', 'ops', [t('sum by (purpose) (' + rate('forestall_calls_granted_total', acc) + ')', '{{purpose}}')], true),
    b.lines('Longest wait for a call', 'How long the call that waits longest has been waiting, by purpose.', 's', [t('max by (account, purpose) (forestall_calls_longest_wait_seconds{' + where(acc) + '})', '{{account}} {{purpose}}')]),
    b.lines('Wait for a call', 'Waiting time before a call may go out, 95 of 100 are shorter, over all accounts.', 's', [t(quantile(0.95, 'forestall_call_wait_seconds', ', purpose'), '{{purpose}}')]),
    b.lines('Read again', 'Entities of which two readings of one version contradict each other, and that wait to be read again.', 'short', [t('sum by (account) (forestall_contradicted_entities{' + where(acc) + '})', '{{account}}')]),
  ], [b.account]),

  'forestall-stock-risk.json': b.dashboard('forestall-stock-risk', 'Stock risk', 'What is on offer, what stands behind it, and how far the stock figures can be trusted.', [
    b.stat('Listings over-offered', 'Listings that show more than the stock behind them.', 'short', [t('sum(forestall_over_offered_listings{' + where(acc) + '})', 'listings')], 1, 20),
    b.stat('Units over-offered', 'Units on offer without stock behind them.', 'short', [t('sum(forestall_over_offered_units{' + where(acc) + '})', 'units')], 1, 50),
    b.stat('Closed by us', 'Listings at zero by a change of ours that was read back.', 'short', [t('sum(forestall_closed_listings{' + where(acc) + '})', 'listings')]),
    b.stat('Units taken down', 'Units that the listings closed by us showed before: they would still be on offer.', 'short', [t('sum(forestall_closed_units{' + where(acc) + '})', 'units')]),
    b.stat('Sources in doubt', 'Stock sources that said at once that too much is gone. Nothing is changed by them until a person accepts it.', 'short', [t('sum(forestall_stock_suspect{' + where(sel) + '})', 'suspect')], 1, 1),
    b.stat('Listings unguarded', 'Listings whose SKU is not known or ambiguous: never written.', 'short', [t('sum(forestall_ledger_unmapped_listings{' + where(sel) + '}) + sum(forestall_ledger_ambiguous_listings{' + where(sel) + '})', 'listings')], 1, 50),
    over,
    b.lines('Listings by decision', 'Listings by what is decided for them at the moment: right as they are, to be lowered or raised, left to a person, in doubt.', 'short',
            [t('sum by (reason) (forestall_listings{' + where(acc) + '}) > 0', '{{reason}}')], true),
    b.lines('Age of stock figures', 'Time since the figures of each source were true.', 's', [t('max by (source) (' + age('forestall_stock_true_timestamp_seconds', sel) + ')', '{{source}}')]),
    b.lines('Stale or in doubt', 'Sources that said nothing new for longer than they may, and sources in doubt.', 'short',
            [t('sum by (source) (forestall_stock_stale{' + where(sel) + '})', '{{source}} stale'), t('sum by (source) (forestall_stock_suspect{' + where(sel) + '})', '{{source}} in doubt')]),
    b.lines('Set aside', 'Rows and entities a second that could not be read. What was known of them stays.', 'ops', [t('sum by (source, feed) (' + rate('forestall_poll_set_aside_total') + ')', '{{source}} {{feed}}')]),
    b.lines('Waiting for a decision', 'SKUs that changed and were not decided on yet.', 'short', [t('sum by (seller) (forestall_undecided_skus{' + where(sel) + '})', '{{seller}}')]),
  ], [b.seller, b.account]),

  'forestall-orders-at-risk.json': b.dashboard('forestall-orders-at-risk', 'Orders at risk', 'Open orders in danger, why, and what a cancellation would cost the account.', [
    b.stat('Open orders', 'Orders that are neither shipped whole nor cancelled.', 'short', [t('sum(forestall_ledger_open_orders{' + where(sel) + '})', 'open')]),
    b.stat('At risk', 'Open orders that may be cancelled or late.', 'short', [t('sum(forestall_orders_at_risk{' + where(sel) + '})', 'at risk')], 1, 5),
    b.stat('Share at risk', 'Orders at risk among the open ones.', 'percentunit', [t('sum(forestall_orders_at_risk{' + where(sel) + '}) / clamp_min(sum(forestall_ledger_open_orders{' + where(sel) + '}), 1)', 'share')], 0.01, 0.025),
    left { width:: 6 },
    chance { width:: 6 },
    at_risk { width:: 24 },
    b.lines('Open orders', 'Orders that are neither shipped whole nor cancelled, by seller.', 'short', [t('sum by (seller) (forestall_ledger_open_orders{' + where(sel) + '})', '{{seller}}')]),
    b.lines('Cancellations in the window', 'Cancelled orders that count against the limit, and how many it allows.', 'short',
            [t('forestall_budget_cancelled_orders{' + where(acc) + '}', '{{account}} {{limit}} cancelled'), t('forestall_budget_allowed_orders{' + where(acc) + '}', '{{account}} {{limit}} allowed')]),
    b.lines('Chance of a breach after one more', 'What one more cancellation today would do to the chance of a breach.', 'percentunit',
            [t('forestall_budget_breach_after_one_more_probability_ratio{' + where(acc) + '}', '{{account}} {{limit}}')]),
    b.lines('What a cancellation is taken to cost', 'How many times the usual cost of a cancellation is used in decisions: it rises as the budget runs out.', 'short',
            [t('forestall_budget_cost_factor{' + where(acc) + '}', '{{account}}')]),
  ], [b.seller, b.account]),

  'forestall-safety.json': b.dashboard('forestall-safety', 'Safety', 'What Forestall changes, whether it was read back, and what keeps it from changing more.', [
    b.stat('Breakers open', 'Accounts whose breaker stopped all changes until a person has looked.', 'short', [t('sum(forestall_breaker_open{' + where(acc) + '})', 'open')], 1, 1),
    b.stat('In guard', 'Accounts that act. The others observe or advise.', 'short', [t('sum(forestall_mode{' + where(acc + ', mode="guard"') + '})', 'accounts')]),
    b.stat('Held by a person', 'Listings that a person holds: left as they are.', 'short', [t('sum(forestall_listings{' + where(acc + ', reason="held"') + '})', 'listings')]),
    b.stat('Not ours', 'Listings that somebody else took off sale. They are never resumed by Forestall.', 'short', [t('sum(forestall_listings{' + where(acc + ', reason="not_ours"') + '})', 'listings')]),
    b.stat('Stuck or unresolved', 'Changes that are not live after their time, or of which nobody knows whether they were carried out.', 'short', [t('sum(forestall_intents{' + where(sel + ', state=~"stuck|unresolved"') + '})', 'intents')], 1, 10),
    b.stat('Observation to intent, p99', 'From a parsed observation to the durable intent it led to; 99 of 100 are faster.', 's', [t(quantile(0.99, 'forestall_intent_latency_seconds', '', sel), 'p99')], 0.01, 0.1),
    b.lines('Intents by state', 'Listings by the state of their current intent, but for those that are confirmed or replaced.', 'short', [t('sum by (state) (forestall_intents{' + where(sel + ', state!~"confirmed|superseded"') + '})', '{{state}}')], true),
    steps,
    b.lines('Queue', 'Intents that wait to be sent or read back, and those under way.', 'short', [t('sum by (account) (forestall_acts_queued{' + where(acc) + '})', '{{account}} waiting'), t('sum by (account) (forestall_acts_under_way{' + where(acc) + '})', '{{account}} under way')]),
    b.lines('Failed calls', 'Calls for acts that failed, a second.', 'ops', [t('sum by (account, kind) (' + rate('forestall_act_failures_total', acc) + ')', '{{account}} {{kind}}')]),
    b.lines('Left to a person', 'Changes from outside that were left alone, and a person\'s values put back after one of ours crossed them, a second.', 'ops',
            [t('sum by (account) (' + rate('forestall_left_to_person_total', acc) + ')', '{{account}} left alone'), t('sum by (account) (' + rate('forestall_put_back_total', acc) + ')', '{{account}} put back')]),
    b.lines('Only noted', 'Changes a second that modes observe and advise did not make.', 'ops', [t('sum by (account) (' + rate('forestall_wishes_noted_total', acc) + ')', '{{account}}')]),
    b.lines('Waited for orders', 'Writes a second that waited for orders not seen yet: raising blindly would risk selling twice.', 'ops', [t('sum by (account) (' + rate('forestall_watermark_waits_total', acc) + ')', '{{account}}')]),
    b.lines('Since the last change', 'Time since a change was last sent and last read back, by account.', 's', [t('max by (account) (' + age('forestall_act_last_sent_timestamp_seconds', acc) + ')', '{{account}} sent'), t('max by (account) (' + age('forestall_act_last_confirmed_timestamp_seconds', acc) + ')', '{{account}} read back')]),
  ], [b.seller, b.account]),

  'forestall-daemon.json': b.dashboard('forestall-daemon', 'Daemon and Redis', 'Use, saturation and errors of the process, its API and its record.', [
    b.stat('Up since', 'Time since the process started.', 's', [t('max(' + age('process_start_time_seconds') + ')', 'up')]),
    b.stat('Redis connected', 'Whether every daemon has its record. Without it nothing is decided or changed.', 'bool_yes_no', [t('min(forestall_redis_connected{' + where() + '})', 'connected')], 1, 1, 'low'),
    b.stat('Ledgers open', 'Sellers whose record is open and leased to this daemon.', 'short', [t('sum(forestall_ledger_open{' + where() + '})', 'open')], 1, 1, 'low'),
    b.stat('Longest turn', 'Longest turn of the event loop in the last minute. The limit is 5 ms.', 's', [t('max(forestall_loop_longest_turn_seconds{' + where() + '})', 'turn')], 0.005, 0.1),
    b.stat('Watchdog withheld', 'Checks in the shown time that found a part without progress.', 'short', [t('sum(increase(forestall_watchdog_withheld_total{' + where() + '}[$__rate_interval]))', 'withheld')], 1, 5),
    b.stat('Log lines lost', 'Lines that could not be written, in the last interval.', 'short', [t('sum(increase(forestall_log_dropped_lines_total{' + where() + '}[$__rate_interval]))', 'lost')], 1, 100),
    b.lines('Processor', 'Share of one processor used.', 'percentunit', [t('sum by (instance) (' + rate('process_cpu_seconds_total') + ')', '{{instance}}')]),
    b.lines('Memory', 'Resident memory of the daemon, and of it the mirror of the ledgers.', 'bytes', [t('sum by (instance) (process_resident_memory_bytes{' + where() + '})', '{{instance}} resident'), t('sum by (instance) (forestall_ledger_mirror_bytes{' + where() + '})', '{{instance}} mirror')]),
    b.lines('Turns of the loop', 'Length of the turns of the event loop, 99 of 100 are shorter.', 's', [t(quantile(0.99, 'forestall_loop_turn_seconds', ', instance'), '{{instance}}')]),
    b.lines('Descriptors', 'Open file descriptors against the most that may be open.', 'percentunit', [t('max by (instance) (process_open_fds{' + where() + '} / process_max_fds{' + where() + '})', '{{instance}}')]),
    b.lines('Requests', 'Answers of the API a second, by class of status.', 'reqps', [t('sum by (class) (' + rate('forestall_http_answers_total') + ')', '{{class}}')]),
    b.lines('Request time', 'First byte of a request to its answer, 99 of 100 are faster.', 's', [t(quantile(0.99, 'forestall_http_request_seconds', ''), 'p99')]),
    b.lines('Connections', 'Open connections by what they do; streaming: status pages that are open.', 'short', [t('sum by (phase) (forestall_http_connections{' + where() + '})', '{{phase}}')], true),
    b.lines('Log lines', 'Lines a second by level.', 'ops', [t('sum by (level) (' + rate('forestall_log_lines_total') + ')', '{{level}}')]),
    b.lines('Redis commands', 'Commands given to Redis and replies received, a second.', 'ops', [t('sum by (instance) (' + rate('forestall_redis_commands_total') + ')', '{{instance}} commands'), t('sum by (instance) (' + rate('forestall_redis_replies_total') + ')', '{{instance}} replies')]),
    b.lines('Redis failures', 'Requests a second without a good reply, by reason.', 'ops', [t('sum by (reason) (' + rate('forestall_redis_failures_total') + ')', '{{reason}}')]),
    b.lines('Redis memory', 'Memory that Redis uses, and its limit where it has one.', 'bytes', [t('max by (instance) (forestall_redis_used_memory_bytes{' + where() + '})', '{{instance}} used'), t('max by (instance) (forestall_redis_max_memory_bytes{' + where() + '}) > 0', '{{instance}} limit')]),
    b.lines('Redis persistence', '1 while the last write, rewrite or snapshot of Redis to its disk was good.', 'bool_yes_no', [t('min by (instance, kind) (forestall_redis_persistence_good{' + where() + '})', '{{instance}} {{kind}}')]),
  ]),
}
