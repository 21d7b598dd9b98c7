find_program(PYTHON3 python3 REQUIRED)

# What every target is compiled with.
add_library(cruddur_options INTERFACE)
target_compile_options(cruddur_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wduplicated-cond -Wlogical-op -Wnull-dereference
  # GCC 12 reports both of these falsely on inlined library code when it optimises or sanitizes.
  -Wno-null-dereference -Wno-maybe-uninitialized)
target_compile_definitions(cruddur_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
  CRUDDUR_VERSION="${PROJECT_VERSION}")
if(CRUDDUR_BATCH GREATER 1)
  target_compile_options(cruddur_options INTERFACE -Wno-subobject-linkage) # GCC takes all types of such a file for a header's
endif()
# The same in every build, or what passes the tests stops who builds a file at a time. Tests that are compiled in a batch see
# the names around one another, which are too many to be told apart.
target_compile_options(cruddur_options INTERFACE
  $<IF:$<STREQUAL:$<TARGET_PROPERTY:SOURCE_DIR>,${CMAKE_SOURCE_DIR}/tests>,-Wshadow=local,-Wshadow>)
target_include_directories(cruddur_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(CRUDDUR_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # The sanitizers' tables hold millions of addresses: where the program's place is fixed, its start need not
  # relocate them, and takes half the time.
  add_link_options(-fsanitize=address,undefined $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
else()
  add_compile_options(-fstack-protector-strong)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# mold links the programs several times faster; link-time optimisation needs GCC's own plug-in's linker.
find_program(MOLD mold)
if(MOLD AND NOT CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  add_link_options(-fuse-ld=mold)
endif()
