# cruddur_page(name folder HEADER header TYPE type): the page in `folder`, compiled in. npm runs when its lock file has
# changed, Vite when a source of the page has; every file is compressed once, here. Its header is <name>/page.hpp, and its
# files are of `type`, which `header` declares. A room links cruddur_<name>, which is the header alone, so that no room's
# files wait for npm; a program links cruddur_<name>_files too.
function(cruddur_page name folder)
  cmake_parse_arguments(arg "" "HEADER;TYPE" "" ${ARGN})
  find_program(NODE node REQUIRED)
  find_program(NPM npm REQUIRED)
  set(web ${CMAKE_SOURCE_DIR}/${folder})
  set(built ${CMAKE_BINARY_DIR}/${name})
  set(out ${CMAKE_BINARY_DIR}/generated/${name})
  set(installed ${web}/node_modules/.package-lock.json) # npm writes it when it is done
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  list(APPEND sources ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.json)

  add_custom_command(OUTPUT ${installed}
    COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${web}/package.json ${web}/package-lock.json
    WORKING_DIRECTORY ${web}
    COMMENT "Installing the packages of ${folder}" VERBATIM)
  set(check "")
  if(CRUDDUR_TESTS) # Vite drops types unread, and the tests' builds are where a wrong one is to be told
    set(check COMMAND ${NODE} node_modules/typescript/bin/tsc --noEmit)
  endif()
  add_custom_command(OUTPUT ${out}/page.cpp ${out}/page.S ${out}/page.bin
    ${check}
    COMMAND ${NODE} node_modules/vite/bin/vite.js build --logLevel warn --emptyOutDir --outDir ${built}
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/embed_page.mjs ${built} ${out} ${name} ${arg_TYPE}
    DEPENDS ${installed} ${sources} ${CMAKE_SOURCE_DIR}/cmake/embed_page.mjs
    WORKING_DIRECTORY ${web}
    COMMENT "Building ${folder}" VERBATIM)

  file(CONFIGURE OUTPUT ${out}/page.hpp CONTENT [[
#pragma once

#include "@arg_HEADER@"

#include <span>

namespace cruddur::@name@ {

// Every file of the page, compiled in.
std::span<const @arg_TYPE@> page();

} // namespace cruddur::@name@
]] @ONLY)
  set_source_files_properties(${out}/page.S PROPERTIES OBJECT_DEPENDS ${out}/page.bin)
  add_library(cruddur_${name} INTERFACE)
  target_include_directories(cruddur_${name} INTERFACE ${CMAKE_BINARY_DIR}/generated)
  add_library(cruddur_${name}_files STATIC ${out}/page.cpp ${out}/page.S)
  target_link_libraries(cruddur_${name}_files PRIVATE cruddur_${name} cruddur_options)
endfunction()
