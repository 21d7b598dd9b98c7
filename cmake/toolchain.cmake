find_program(PYTHON3 python3 REQUIRED)

# What every target is compiled with.
add_library(cruddur_options INTERFACE)
target_compile_options(cruddur_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
target_compile_definitions(cruddur_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE
  CRUDDUR_VERSION="${PROJECT_VERSION}")
# The same in every build, or what passes the tests stops who builds a file at a time.
target_compile_options(cruddur_options INTERFACE -Wshadow)
target_include_directories(cruddur_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(CRUDDUR_SANITIZE)
  # Of other people's headers, which are most of what a file is made of, the standard library's own assertions tell what is
  # misused; to instrument them for undefined behaviour as well takes a third of the program's time. A fake stack for each
  # frame, to find who uses one that was left, takes a tenth.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
    -fsanitize-address-use-after-return=never -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/cmake/sanitizers.txt)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  # The sanitizers' tables hold millions of addresses: where the program's place is fixed, its start need not
  # relocate them, and takes half the time.
  add_link_options(-fsanitize=address,undefined
    $<$<AND:$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>,$<NOT:$<BOOL:$<TARGET_PROPERTY:CRUDDUR_STATIC>>>>:-no-pie>)
else()
  add_compile_options(-fstack-protector-strong)
  add_compile_definitions($<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# mold links the programs several times faster.
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
