# cruddur_models(room): src/cloud/models/*.json as constant tables, a file for each, linked into the room.
function(cruddur_models room)
  string(REPLACE "/" "_" library cruddur_${room})
  get_target_property(type ${library} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY") # a name for its wing's
    get_target_property(library ${library} INTERFACE_LINK_LIBRARIES)
  endif()
  file(GLOB models CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/cloud/models/*.json)
  list(FILTER models EXCLUDE REGEX "/package(-lock)?\\.json$")
  foreach(model IN LISTS models)
    get_filename_component(service ${model} NAME_WE)
    set(tables ${CMAKE_BINARY_DIR}/generated/models/${service}.cpp)
    add_custom_command(OUTPUT ${tables}
      COMMAND ${PYTHON3} ${CMAKE_SOURCE_DIR}/cmake/models.py ${model} ${tables}
      DEPENDS ${model} ${CMAKE_SOURCE_DIR}/cmake/models.py
      COMMENT "Making tables of ${service}'s model" VERBATIM)
    target_sources(${library} PRIVATE ${tables})
  endforeach()
endfunction()
