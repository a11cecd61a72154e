// SPDX-License-Identifier: Apache-2.0
#include "daemon/ledger/entity_codec.hpp"

#include <chrono>
#include <cmath>
#include <limits>
#include <type_traits>

#include "daemon/ledger/pack.hpp"

namespace forestall::ledger {
namespace {

using namespace model;

// One description of the fields serves both directions: `a(x)` writes or reads x.
class Writer {
 public:
  void operator()(const std::string& v) { p.text(v); }
  void operator()(bool v) { p.boolean(v); }
  void operator()(std::int64_t v) { p.integer(v); }
  void operator()(double v) { p.number(v); }
  void operator()(Units v) { p.integer(v.count()); }
  void operator()(Version v) { p.integer(static_cast<std::int64_t>(v.number())); }
  void operator()(Instant v) { p.integer(v.time_since_epoch().count()); }
  void operator()(CivilDate v) { p.integer(std::chrono::sys_days(v).time_since_epoch().count()); }
  void operator()(const Money& v) { p.array(2).integer(v.minor()).text(v.currency().code()); }
  template <class Tag>
  void operator()(const Id<Tag>& v) {
    p.text(v.str());
  }
  template <class E>
    requires std::is_enum_v<E>
  void operator()(E v) {
    p.integer(static_cast<std::int64_t>(v));
  }
  template <class T>
  void operator()(const std::optional<T>& v) {
    if (v)
      (*this)(*v);
    else
      p.nil();
  }
  template <class T>
  void operator()(const std::vector<T>& v) {
    p.array(v.size());
    for (const auto& item : v) fields(*this, item);
  }
  // A field that records of earlier versions end before.
  template <class T>
  void tail(const std::optional<T>& v) {
    (*this)(v);
  }
  Packer p;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : u(bytes) {}
  void operator()(std::string& v) { v = std::string(u.text()); }
  void operator()(bool& v) { v = u.boolean(); }
  void operator()(std::int64_t& v) { v = u.integer(); }
  void operator()(double& v) {
    v = u.number();
    if (!std::isfinite(v)) u.fail("a number that is not finite");
  }
  void operator()(Units& v) { v = Units(u.integer()); }
  void operator()(Version& v) {
    const auto n = u.integer();
    if (n < 0) u.fail("a negative version");
    v = Version(static_cast<std::uint64_t>(n));
  }
  void operator()(Instant& v) { v = Instant(Millis(u.integer())); }
  void operator()(CivilDate& v) {
    const auto day = u.integer();
    if (day < -1'000'000 || day > 4'000'000) {
      u.fail("a day out of range");
      return;
    }
    v = std::chrono::sys_days(std::chrono::days(static_cast<int>(day)));
  }
  void operator()(Money& v) {
    if (u.array() != 2) u.fail("no amount");
    const auto minor = u.integer();
    if (const auto currency = Currency::parse(u.text()))
      v = Money(minor, *currency);
    else
      u.fail("no currency");
  }
  template <class Tag>
  void operator()(Id<Tag>& v) {
    const auto text = u.text();
    if (text.empty()) return;  // an id may be left out
    if (auto id = Id<Tag>::parse(text))
      v = std::move(*id);
    else
      u.fail("no " + std::string(Tag::kind));
  }
  template <class E>
    requires std::is_enum_v<E>
  void operator()(E& v) {
    const auto n = u.integer();
    if (n < 0 || n > 255) u.fail("an enumerator out of range");
    v = static_cast<E>(n);
  }
  template <class T>
  void operator()(std::optional<T>& v) {
    if (u.absent()) return v.reset();
    if constexpr (std::same_as<T, Money>)
      v.emplace(0, Currency::literal("EUR"));
    else
      v.emplace();
    (*this)(*v);
  }
  template <class T>
  void operator()(std::vector<T>& v) {
    const auto items = u.array();
    for (std::size_t i = 0; i < items && u.ok(); ++i) fields(*this, v.emplace_back());
  }
  template <class T>
  void tail(std::optional<T>& v) {
    if (!u.at_end()) (*this)(v);
  }
  Unpacker u;
};

template <class T, class Of>
concept Is = std::same_as<std::remove_const_t<T>, Of>;

template <class A, Is<ParcelLine> T>
void fields(A& a, T& o) {
  a(o.line), a(o.units);
}
template <class A, Is<Attribute> T>
void fields(A& a, T& o) {
  a(o.name), a(o.value);
}
template <class A, Is<HealthReading> T>
void fields(A& a, T& o) {
  a(o.metric), a(o.count), a(o.of), a(o.first_day), a(o.last_day), a(o.limit);
}
template <class A, Is<Provenance> T>
void fields(A& a, T& o) {
  a(o.source), a(o.version), a(o.true_at);
}
template <class A, Is<CancelRequest> T>
void fields(A& a, T& o) {
  a(o.account), a(o.order), a(o.line), a(o.reason), a(o.state), a(o.requested_at), a(o.answer_by),
      a(o.answered_at);
}
template <class A, Is<ShipmentUpdate> T>
void fields(A& a, T& o) {
  a(o.account), a(o.order), a(o.carrier), a(o.tracking), a(o.state), a(o.lane), a(o.handed_over_at);
  a(o.first_scan_at), a(o.last_scan_at), a(o.promised_by), a(o.delivered_at), a(o.lines);
  a.tail(o.hub);
}
template <class A, Is<MessageUpsert> T>
void fields(A& a, T& o) {
  a(o.account), a(o.id), a(o.order), a(o.received_at), a(o.answer_by), a(o.answered_at);
}
template <class A, Is<ReturnUpsert> T>
void fields(A& a, T& o) {
  a(o.account), a(o.id), a(o.order), a(o.line), a(o.units), a(o.state), a(o.requested_at), a(o.answer_by);
  a(o.received_at), a(o.refund_by), a(o.closed_at);
}
template <class A, Is<ProductUpsert> T>
void fields(A& a, T& o) {
  a(o.sku), a(o.cost), a(o.attributes);
}
template <class A, Is<PriceObserved> T>
void fields(A& a, T& o) {
  a(o.account), a(o.listing), a(o.price);
}
template <class A, Is<AccountHealth> T>
void fields(A& a, T& o) {
  a(o.account), a(o.may_sell), a(o.readings);
}

struct Traits {
  char letter;
  std::string id;
  std::optional<Instant> closed_at;
  std::int64_t weight;  // what asks more of the seller wins
};

constexpr char sep = '\x1f';
constexpr std::int64_t open_first(bool open) { return open ? 1 : 0; }

Traits traits(const CancelRequest& o) {
  return {'c', o.account.str() + sep + o.order.str() + sep + o.line.str(), o.answered_at,
          open_first(o.state == RequestState::open)};
}
Traits traits(const ShipmentUpdate& o) {
  const bool done = o.state == ShipmentState::delivered || o.state == ShipmentState::returned;
  auto closed = o.delivered_at;
  if (!closed && (done || o.state == ShipmentState::lost)) closed = o.from.true_at;
  return {'s', o.from.source.str() + sep + o.carrier.str() + sep + o.tracking.str(), closed,
          open_first(!done)};
}
Traits traits(const MessageUpsert& o) {
  return {'m', o.account.str() + sep + o.id.str(), o.answered_at, open_first(!o.answered_at)};
}
Traits traits(const ReturnUpsert& o) {
  return {'r', o.account.str() + sep + o.id.str(), o.closed_at, open_first(!o.closed_at)};
}
Traits traits(const ProductUpsert& o) { return {'p', o.from.source.str() + sep + o.sku.str(), {}, 0}; }
Traits traits(const PriceObserved& o) {
  // A lower price is the one that may turn out to be an error.
  return {'x', o.account.str() + sep + o.listing.str(), {}, -o.price.minor()};
}
Traits traits(const AccountHealth& o) {
  std::int64_t trouble = o.may_sell ? 0 : 1'000'000'000;
  for (const auto& r : o.readings)
    if (r.metric == HealthMetric::cancellation_rate) trouble += r.count;
  return {'h', o.account.str(), {}, trouble};
}

template <class T>
T blank() {
  if constexpr (std::same_as<T, PriceObserved>)
    return {{}, {}, {}, Money(0, Currency::literal("EUR"))};
  else
    return {};
}

template <class T>
Result<Observation> read_payload(std::string_view field, std::string_view payload) {
  Reader r(payload);
  T o = blank<T>();
  fields(r, o.from);
  fields(r, o);
  if (r.u.ok() && !r.u.at_end()) r.u.fail("bytes after the end");
  if (!r.u.ok()) return std::unexpected(r.u.error("entity " + std::string(1, field.front())));
  return Observation(std::move(o));
}

}  // namespace

template <KeptEntity T>
std::string entity_field(const T& o) {
  const auto t = traits(o);
  return std::string(1, t.letter) + ":" + t.id;
}

template <KeptEntity T>
std::string entity_content(const T& o) {
  const auto t = traits(o);
  Writer payload;
  fields(payload, o.from);
  fields(payload, o);
  Packer p;
  p.integer(static_cast<std::int64_t>(o.from.version.number()));
  if (t.closed_at)
    p.integer(t.closed_at->time_since_epoch().count());
  else
    p.boolean(false);
  p.integer(t.weight).text(payload.p.bytes());
  return p.take();
}

Result<Observation> decode_entity(std::string_view field, std::string_view record) {
  Unpacker u(record);
  u.integer();
  if (!u.absent()) u.integer();
  u.integer();
  const auto payload = u.text();
  if (!u.ok()) return std::unexpected(u.error("entity"));
  switch (field.empty() ? ' ' : field.front()) {
    case 'c':
      return read_payload<CancelRequest>(field, payload);
    case 's':
      return read_payload<ShipmentUpdate>(field, payload);
    case 'm':
      return read_payload<MessageUpsert>(field, payload);
    case 'r':
      return read_payload<ReturnUpsert>(field, payload);
    case 'p':
      return read_payload<ProductUpsert>(field, payload);
    case 'x':
      return read_payload<PriceObserved>(field, payload);
    case 'h':
      return read_payload<AccountHealth>(field, payload);
    default:
      return fail(ErrorCode::parse, "entity: a field of no known kind");
  }
}

#define FORESTALL_ENTITY(T)                         \
  template std::string entity_field<T>(const T& o); \
  template std::string entity_content<T>(const T& o);
FORESTALL_ENTITY(CancelRequest)
FORESTALL_ENTITY(ShipmentUpdate)
FORESTALL_ENTITY(MessageUpsert)
FORESTALL_ENTITY(ReturnUpsert)
FORESTALL_ENTITY(ProductUpsert)
FORESTALL_ENTITY(PriceObserved)
FORESTALL_ENTITY(AccountHealth)
#undef FORESTALL_ENTITY

}  // namespace forestall::ledger
