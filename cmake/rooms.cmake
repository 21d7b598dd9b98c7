# cruddur_room(name [ROOMS below…] [LINKS targets…]): the static library of src/<name>/*.cpp, which may use the
# rooms named and no other.
function(cruddur_room name)
  cmake_parse_arguments(arg "" "" "ROOMS;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    add_library(cruddur_${name} INTERFACE)
    return()
  endif()
  add_library(cruddur_${name} STATIC ${sources})
  list(TRANSFORM arg_ROOMS PREPEND cruddur_)
  target_link_libraries(cruddur_${name} PUBLIC ${arg_ROOMS} ${arg_LINKS} cruddur_boost fmt::fmt spdlog::spdlog
    PRIVATE cruddur_options)
  target_include_directories(cruddur_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()

# cruddur_program(name main.cpp [ROOMS …] [LINKS …]): an executable at the top of the build folder.
function(cruddur_program name main)
  cmake_parse_arguments(arg "" "" "ROOMS;LINKS" ${ARGN})
  list(TRANSFORM arg_ROOMS PREPEND cruddur_)
  add_executable(${name} ${main})
  target_link_libraries(${name} PRIVATE ${arg_ROOMS} ${arg_LINKS} cruddur_options)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
