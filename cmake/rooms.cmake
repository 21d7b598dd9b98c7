# cruddur_batch(target): where CRUDDUR_BATCH is more than 1, the compiler reads the target's files that many at a time.
# Nine tenths of a file are headers that its neighbours share, and coroutines instantiate the same templates again. A
# batch names its files from src/ or tests/, so that to a compiler cache it is the same in every checkout.
# What they read of other people's headers is read once for all rooms, and once for all tests.
function(cruddur_batch target)
  if(NOT CRUDDUR_BATCH GREATER 1)
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  list(FILTER sources INCLUDE REGEX "^${CMAKE_SOURCE_DIR}/(src|tests)/.*\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "/support/paths\\.cpp$") # compiled by flags of its own
  get_target_property(others ${target} SOURCES)
  list(REMOVE_ITEM others ${sources})
  execute_process(COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/cmake/batches.py ${CRUDDUR_BATCH} ${sources}
    OUTPUT_VARIABLE lines OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" lines "${lines}")
  set(batches "")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9]+) (.*)$" line ${line})
    set(batch ${CMAKE_MATCH_1})
    list(APPEND batches ${batch})
    string(REGEX REPLACE "^${CMAKE_SOURCE_DIR}/(src|tests)/" "" name ${CMAKE_MATCH_2})
    string(APPEND text_${batch} "#include \"${name}\"\n")
  endforeach()
  list(REMOVE_DUPLICATES batches)
  foreach(batch IN LISTS batches)
    set(file ${CMAKE_BINARY_DIR}/batches/${target}_${batch}.cpp)
    cruddur_write(${file} "${text_${batch}}")
    list(APPEND others ${file})
  endforeach()
  set_target_properties(${target} PROPERTIES SOURCES "${others}")
  if(TARGET cruddur_precompiled_tests)
    target_precompile_headers(${target} REUSE_FROM cruddur_precompiled_tests)
  else()
    target_precompile_headers(${target} REUSE_FROM cruddur_precompiled)
  endif()
endfunction()

# cruddur_room(room [ROOMS below…] [LINKS targets…]): the static library of src/<room>/*.cpp, which may use the
# rooms named and no other. A room of a wing, "cloud/rds", is the library cruddur_cloud_rds; where files are compiled
# in batches, small rooms would cost as much as large ones, and it is a name for its wing's library, cruddur_cloud.
function(cruddur_room room)
  cmake_parse_arguments(arg "" "" "ROOMS;LINKS" ${ARGN})
  string(REPLACE "/" "_" name ${room})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/(main|[a-z_]*_preload)\\.cpp$")
  if(NOT sources)
    add_library(cruddur_${name} INTERFACE)
    return()
  endif()
  set(library cruddur_${name})
  if(room MATCHES "^([a-z]+)/" AND CRUDDUR_BATCH GREATER 1)
    set(library cruddur_${CMAKE_MATCH_1})
    list(FILTER arg_ROOMS EXCLUDE REGEX "^${CMAKE_MATCH_1}/")
    add_library(cruddur_${name} INTERFACE)
    target_link_libraries(cruddur_${name} INTERFACE ${library})
  endif()
  if(TARGET ${library})
    target_sources(${library} PRIVATE ${sources})
  else()
    add_library(${library} STATIC ${sources})
    set_property(GLOBAL APPEND PROPERTY cruddur_libraries ${library})
  endif()
  list(TRANSFORM arg_ROOMS REPLACE "/" "_")
  list(TRANSFORM arg_ROOMS PREPEND cruddur_)
  target_link_libraries(${library} PUBLIC ${arg_ROOMS} ${arg_LINKS} cruddur_boost fmt::fmt spdlog::spdlog
    PRIVATE cruddur_options)
  target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()

# After the last room: their files in batches.
function(cruddur_batches)
  get_property(libraries GLOBAL PROPERTY cruddur_libraries)
  foreach(library IN LISTS libraries)
    cruddur_batch(${library})
  endforeach()
endfunction()

# cruddur_program(name main.cpp [ROOMS …] [LINKS …]): an executable at the top of the build folder.
function(cruddur_program name main)
  cmake_parse_arguments(arg "" "" "ROOMS;LINKS" ${ARGN})
  list(TRANSFORM arg_ROOMS REPLACE "/" "_")
  list(TRANSFORM arg_ROOMS PREPEND cruddur_)
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${arg_ROOMS} ${arg_LINKS} cruddur_options)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()

# cruddur_preload(room name): src/<room>/<name>_preload.cpp as a shared object that depends on libc alone, for
# programs that are not ours (LD_PRELOAD). Its bytes are linked into the room between <name>_begin and <name>_end.
function(cruddur_preload room name)
  set(object ${CMAKE_BINARY_DIR}/generated/${name}.so)
  add_library(cruddur_${name} MODULE ${CMAKE_SOURCE_DIR}/src/${room}/${name}_preload.cpp)
  set_target_properties(cruddur_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(cruddur_${name} PRIVATE cruddur_options c)
  target_compile_options(cruddur_${name} PRIVATE -O2 -fno-sanitize=all -fno-exceptions -fno-rtti -fvisibility=hidden)
  target_link_options(cruddur_${name} PRIVATE -fno-sanitize=all -nodefaultlibs)
  cruddur_write(${CMAKE_BINARY_DIR}/generated/${name}.S
".section .rodata
.global ${name}_begin
.global ${name}_end
${name}_begin:
.incbin \"${object}\"
${name}_end:
.section .note.GNU-stack,\"\",%progbits
")
  add_library(cruddur_${name}_bytes OBJECT ${CMAKE_BINARY_DIR}/generated/${name}.S)
  set_property(SOURCE ${CMAKE_BINARY_DIR}/generated/${name}.S PROPERTY OBJECT_DEPENDS ${object})
  add_dependencies(cruddur_${name}_bytes cruddur_${name})
  target_sources(cruddur_${room} PRIVATE $<TARGET_OBJECTS:cruddur_${name}_bytes>)
endfunction()
