// SPDX-License-Identifier: Apache-2.0
// The table of commands. A new one is a row here and a function in a file of its own.
#pragma once

#include <vector>

#include "daemon/cli/command.hpp"

namespace forestall::cli {

std::vector<Command> commands();

// The functions of the rows.
Exit run_status(Invocation& invocation);
Exit run_doctor(Invocation& invocation);
Exit run_map(Invocation& invocation);
Exit run_import(Invocation& invocation);
Exit run_rebuild(Invocation& invocation);
Exit run_orders(Invocation& invocation);
Exit run_budget(Invocation& invocation);
Exit run_carriers(Invocation& invocation);
Exit run_reconcile(Invocation& invocation);
Exit run_setup(Invocation& invocation);
Exit run_accept(Invocation& invocation);
Exit run_backtest(Invocation& invocation);
Exit run_completion(Invocation& invocation);

}  // namespace forestall::cli
