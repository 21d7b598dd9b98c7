# cruddur_function(name): the program of src/lambda, for a Lambda function of a custom runtime. One static file,
# optimised for size and never sanitized, whatever the rest is built as: it starts in a millisecond, where loading the
# libraries of libpq and libcurl takes twenty, and it does not care which C library it finds.
function(cruddur_function name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/lambda/*.cpp)
  foreach(file connect error error_table libpq lifecycle password_source plain_connection rows socket_watch url)
    if(EXISTS ${CMAKE_SOURCE_DIR}/src/postgres/${file}.cpp)
      list(APPEND sources ${CMAKE_SOURCE_DIR}/src/postgres/${file}.cpp)
    endif()
  endforeach()
  if(CRUDDUR_SANITIZE)
    list(APPEND sources ${CMAKE_SOURCE_DIR}/cmake/boost.cpp)
  else()
    set(boost $<TARGET_FILE:cruddur_boost>) # the archive alone: what it links is shared
  endif()
  add_executable(${name} ${sources} ${CMAKE_BINARY_DIR}/generated/db/queries.cpp)
  add_dependencies(${name} cruddur_boost)
  target_compile_options(${name} PRIVATE -Os -fPIE -fno-sanitize=all -ffunction-sections -fdata-sections -DNDEBUG)
  target_link_options(${name} PRIVATE -static-pie -fno-sanitize=all -fuse-ld=bfd -s -Wl,--gc-sections
    -Wl,-u,cruddur_no_kerberos -Wl,-u,cruddur_no_ldap -Wl,-u,cruddur_no_name_type)

  # See src/lambda/no_kerberos.cpp.
  foreach(symbol acquire_cred delete_sec_context display_status import_name init_sec_context release_buffer release_cred
          release_name unwrap wrap wrap_size_limit)
    target_link_options(${name} PRIVATE -Wl,--defsym=gss_${symbol}=cruddur_no_kerberos)
  endforeach()
  target_link_options(${name} PRIVATE -Wl,--defsym=GSS_C_NT_HOSTBASED_SERVICE=cruddur_no_name_type)
  foreach(symbol count_entries err2string first_entry get_values_len init msgfree result search_st set_option simple_bind
          unbind value_free_len)
    target_link_options(${name} PRIVATE -Wl,--defsym=ldap_${symbol}=cruddur_no_ldap)
  endforeach()

  # libpq.a leaves to its users what PostgreSQL's own programs link: the server's development package has it.
  find_library(PQ_STATIC libpq.a REQUIRED)
  find_library(PGCOMMON_STATIC libpgcommon.a PATHS /usr/lib/postgresql/15/lib REQUIRED)
  find_library(PGPORT_STATIC libpgport.a PATHS /usr/lib/postgresql/15/lib REQUIRED)
  find_library(SSL_STATIC libssl.a REQUIRED)
  find_library(CRYPTO_STATIC libcrypto.a REQUIRED)
  find_library(BOOST_JSON_STATIC libboost_json.a REQUIRED)
  find_library(BOOST_URL_STATIC libboost_url.a REQUIRED)
  target_link_libraries(${name} PRIVATE cruddur_options fmt::fmt-header-only ${boost} ${BOOST_JSON_STATIC}
    ${BOOST_URL_STATIC} ${PQ_STATIC} ${PGCOMMON_STATIC} ${PGPORT_STATIC} ${SSL_STATIC} ${CRYPTO_STATIC})
  target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/generated ${PostgreSQL_INCLUDE_DIRS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}
    CRUDDUR_STATIC ON DISABLE_PRECOMPILE_HEADERS ON) # it is compiled by flags of its own
  cruddur_batch(${name})
endfunction()
