# SPDX-License-Identifier: Apache-2.0
# Joins PARTS and writes them as one C++ function to OUT. Compilers
# limit the length of a literal, so each part is its own. ROOM (ledger): the folder below daemon/ whose
# library.hpp declares it, and its namespace.
if(NOT ROOM)
  set(ROOM ledger)
endif()
set(text "// Made by embed.cmake from lua/*.lua.\n#include \"daemon/${ROOM}/library.hpp\"\n\n")
string(APPEND text "namespace forestall::${ROOM} {\n\nstd::string library_source() {\n  std::string s;\n")
foreach(part IN LISTS PARTS)
  file(READ ${part} lua)
  string(APPEND text "  s += R\"~lua~(${lua})~lua~\";\n")
endforeach()
string(APPEND text "  return s;\n}\n\n}  // namespace forestall::${ROOM}\n")
file(WRITE ${OUT} "${text}")
