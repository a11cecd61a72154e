// SPDX-License-Identifier: Apache-2.0
// Which SKUs a seller's listings sell: what the mapping file says, else equal text, against what the ledger
// has stored. Only differences are sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "connectors/mapping/mapping.hpp"
#include "connectors/model/observation.hpp"
#include "daemon/ledger/mirror.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/settings.hpp"

namespace forestall::flow {

using ListingKey = std::pair<AccountId, ListingId>;

// What Ledger::map() has to be told about these listings: those that are made of something else than the file
// or equal text says. Without components: to be unmapped. A stored pool is kept. A listing that is unknown
// and has no components is left out.
std::vector<ledger::Mapping> mappings_to_send(const ledger::Mirror& mirror, const mapping::Mapping& file,
                                              std::span<const ListingKey> listings);

// The same for every listing of the file and of the mirror, in slices.
class MappingPass {
 public:
  explicit MappingPass(const mapping::Mapping& file) : file_(file) {}  // which outlives the pass
  // Looks at up to `most` listings and adds what has to be sent. True once it has looked at all; a mirror
  // that was filled anew in between is looked at from the beginning.
  bool step(const ledger::Mirror& mirror, std::size_t most, std::vector<ledger::Mapping>& send);

 private:
  enum class Stage : std::uint8_t { begin, entries, ambiguous, mirror };
  void entry(const ledger::Mirror& mirror, std::vector<ledger::Mapping>& send);
  void ambiguous(const ledger::Mirror& mirror, std::vector<ledger::Mapping>& send);
  void other(const ledger::Mirror& mirror, std::vector<ledger::Mapping>& send) const;
  void mark(ledger::ListingRef ref);

  const mapping::Mapping& file_;
  Stage stage_ = Stage::begin;
  std::uint64_t generation_ = 0;
  std::size_t at_ = 0;
  std::vector<bool> named_;  // by ListingRef: the file speaks of it
};

// The mapping in force of one seller, as far as it is needed for what is first seen later: the listings that
// the file maps are in the ledger from the pass on, those it contradicts itself about are kept here.
class ListingMap {
 public:
  // Before the first pass has ended nothing is ever sent.
  bool in_force() const { return in_force_; }
  const mapping::Mapping& file() const { return file_; }  // its ambiguous listings

  // What to send after (or before) a page was applied: unmapped listings that it names, or that are named
  // like a SKU it names or that changed with it, if there is such a SKU now. During a pass they wait for its
  // end.
  std::vector<ledger::Mapping> first_seen(const ledger::Mirror& mirror,
                                          std::span<const model::Observation> page,
                                          std::span<const ledger::SkuState> changed = {});

  void begin_pass();
  std::vector<ListingKey> take_waiting();
  // `file` takes the place of the former one. Only where nothing waits.
  void end_pass(mapping::Mapping file);
  void abandon_pass();  // the former file stays; the next pass will find what this one did not send

  // Something could not be sent: a pass will find it.
  bool pass_wanted() const { return pass_wanted_; }
  void want_pass() { pass_wanted_ = true; }

 private:
  mapping::Mapping file_;
  bool in_force_ = false;
  bool passing_ = false;
  bool pass_wanted_ = false;
  std::vector<ListingKey> waiting_;
};

}  // namespace forestall::flow
