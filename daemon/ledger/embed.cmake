# SPDX-License-Identifier: Apache-2.0
# Joins PARTS and writes them as one C++ function to OUT. Compilers
# limit the length of a literal, so each part is its own.
set(text "// Made by embed.cmake from lua/*.lua.\n#include \"daemon/ledger/library.hpp\"\n\n")
string(APPEND text "namespace forestall::ledger {\n\nstd::string library_source() {\n  std::string s;\n")
foreach(part IN LISTS PARTS)
  file(READ ${part} lua)
  string(APPEND text "  s += R\"~lua~(${lua})~lua~\";\n")
endforeach()
string(APPEND text "  return s;\n}\n\n}  // namespace forestall::ledger\n")
file(WRITE ${OUT} "${text}")
