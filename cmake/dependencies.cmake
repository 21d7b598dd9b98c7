find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(PostgreSQL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(pugixml REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(lber REQUIRED IMPORTED_TARGET lber)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(brotli REQUIRED IMPORTED_TARGET libbrotlienc libbrotlidec)

# Asio and Beast, compiled once.
add_library(cruddur_boost STATIC ${CMAKE_SOURCE_DIR}/cmake/boost.cpp)
target_compile_definitions(cruddur_boost PRIVATE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_compile_options(cruddur_boost PRIVATE -ffunction-sections -fdata-sections) # for who links a part of it
target_link_libraries(cruddur_boost PUBLIC Boost::json Boost::url Threads::Threads)

# What cruddur_batch's targets reuse: compiled by the flags that are common to them. Named without its folder, so that to
# a compiler cache it is the same in every checkout.
add_library(cruddur_precompiled OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/precompiled.cpp)
target_include_directories(cruddur_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake)
target_precompile_headers(cruddur_precompiled PRIVATE <precompiled.hpp>)
target_link_libraries(cruddur_precompiled PRIVATE cruddur_boost fmt::fmt spdlog::spdlog cruddur_options)
