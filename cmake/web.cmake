# cruddur_web(): the library cruddur_web, the page compiled in. npm runs when its lock file has changed, Vite when a
# source of the page has; every file is compressed once, here. Its header is web/page.hpp.
function(cruddur_web)
  find_program(NODE node REQUIRED)
  find_program(NPM npm REQUIRED)
  set(web ${CMAKE_SOURCE_DIR}/web)
  set(out ${CMAKE_BINARY_DIR}/generated/web)
  set(installed ${web}/node_modules/.package-lock.json) # npm writes it when it is done
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/* ${web}/public/*)
  list(APPEND sources ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.json)

  add_custom_command(OUTPUT ${installed}
    COMMAND ${NPM} ci --ignore-scripts --prefer-offline --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${installed}
    DEPENDS ${web}/package.json ${web}/package-lock.json
    WORKING_DIRECTORY ${web}
    COMMENT "Installing the page's packages" VERBATIM)
  add_custom_command(OUTPUT ${out}/page.cpp ${out}/page.S ${out}/page.bin
    COMMAND ${NODE} node_modules/typescript/bin/tsc --noEmit
    COMMAND ${NODE} node_modules/vite/bin/vite.js build --logLevel warn --emptyOutDir --outDir ${CMAKE_BINARY_DIR}/web
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/embed_page.mjs ${CMAKE_BINARY_DIR}/web ${out}
    DEPENDS ${installed} ${sources} ${CMAKE_SOURCE_DIR}/cmake/embed_page.mjs
    WORKING_DIRECTORY ${web}
    COMMENT "Building the page" VERBATIM)

  file(CONFIGURE OUTPUT ${out}/page.hpp CONTENT [[
#pragma once

#include "http/static_file.hpp"

#include <span>

namespace cruddur::web {

// Every file of the page, compiled in.
std::span<const http::static_file> page();

} // namespace cruddur::web
]] @ONLY)
  set_source_files_properties(${out}/page.S PROPERTIES OBJECT_DEPENDS ${out}/page.bin)
  add_library(cruddur_web STATIC ${out}/page.cpp ${out}/page.S)
  target_include_directories(cruddur_web PUBLIC ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(cruddur_web PRIVATE cruddur_options)
endfunction()
