#pragma once

#include <string>
#include <string_view>

namespace cruddur::http {

// Text as HTML shows it, between tags and within a quoted attribute alike: no character of it can end either.
void append_html(std::string& out, std::string_view text);

// JSON as a script element of a data type may hold it: no character of it can end the element.
void append_script_json(std::string& out, std::string_view json);

} // namespace cruddur::http
