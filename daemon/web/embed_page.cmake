# SPDX-License-Identifier: Apache-2.0
# Writes the files of PAGE as a table of C++ literals to OUT. Compilers limit the length of a literal: each file is
# cut into pieces, which they join again.
set(rows "")
foreach(file "/=index.html=text/html" "/console.css=console.css=text/css" "/console.js=console.js=text/javascript"
             "/icon.svg=icon.svg=image/svg+xml")
  string(REPLACE "=" ";" parts "${file}")
  list(GET parts 0 path)
  list(GET parts 1 name)
  list(GET parts 2 type)
  file(READ ${PAGE}/${name} hex HEX)
  string(LENGTH "${hex}" length)
  set(pieces "")
  foreach(at RANGE 0 ${length} 20000)
    string(SUBSTRING "${hex}" ${at} 20000 piece)
    if(NOT piece STREQUAL "")
      string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" piece "${piece}")
      string(APPEND pieces "\n     \"${piece}\"")
    endif()
  endforeach()
  math(EXPR bytes "${length} / 2")
  if(type MATCHES "^text")
    string(APPEND type ";charset=utf-8")
  endif()
  string(APPEND rows "    Asset{\"${path}\", \"${type}\", std::string_view(${pieces}, ${bytes})},\n")
endforeach()
file(WRITE ${OUT} "// Made by embed_page.cmake from page/.\n#include <array>\n\n#include \"daemon/web/page.hpp\"\n
namespace forestall::web {\n\nstd::span<const Asset> assets() {\n  static constexpr std::array all{\n${rows}  };
  return all;\n}\n\n}  // namespace forestall::web\n")
