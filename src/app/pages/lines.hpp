#pragma once

#include <string>
#include <string_view>

namespace boost::json {
class array;
class object;
} // namespace boost::json

namespace cruddur::app::pages {

// The API's answers as HTML, by the classes that web/src dresses: what is there before a script has run, and
// all that is there without one. Each throws boost::system::system_error where the answer lacks a member.
void append_activities(std::string& out, const boost::json::array& activities, std::string_view label);
void append_people(std::string& out, const boost::json::array& people, std::string_view title,
                   std::string_view of);
void append_profile(std::string& out, const boost::json::object& profile);
void append_activity_alone(std::string& out, const boost::json::object& activity);

} // namespace cruddur::app::pages
