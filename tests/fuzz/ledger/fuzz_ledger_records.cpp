// SPDX-License-Identifier: Apache-2.0
// Whatever Redis might hold or answer under our keys: the first byte chooses the reader.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/ledger/entity_codec.hpp"
#include "daemon/ledger/replies.hpp"
#include "daemon/ledger/said.hpp"
#include "daemon/ledger/stored.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace forestall::ledger;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const Names names = [] {
    Names n;
    n.add("account:shop", 1);
    n.add("location:berlin", 1);
    n.add("feed:wms berlin", 1);
    return n;
  }();
  switch (data[0] % 10) {
    case 0:
      (void)decode_applied(bytes);
      break;
    case 1:
      (void)decode_remapped(bytes);
      break;
    case 2:
      (void)decode_rebuilt(bytes);
      break;
    case 3:
      (void)decode_sku_slice(bytes);
      break;
    case 4:
      (void)decode_record_slice(bytes);
      break;
    case 5:
      (void)decode_history("CUP", bytes);
      break;
    case 6:
      (void)decode_order("1:114-1", bytes, names);
      break;
    case 7:
      (void)decode_listing("1:CUP", bytes, names);
      break;
    case 9:
      (void)SaidBy(names, forestall::SourceId::literal("wms"), forestall::LocationId::literal("berlin"),
                   forestall::model::Pool::own)
          .of("CUP", bytes);
      break;
    default:
      for (const char* field : {"c:", "s:", "m:", "r:", "p:", "x:", "h:"}) (void)decode_entity(field, bytes);
  }
  return 0;
}
