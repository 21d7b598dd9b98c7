#pragma once

#include "aws/credentials.hpp"
#include "aws/error.hpp"
#include "aws/settings.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace boost::json {
class array;
class object;
} // namespace boost::json

namespace cruddur::aws {

// One call of a service that speaks JSON 1.1, signed: `target` is its name in X-Amz-Target, before the
// point. Fails with AWS's own code and message where it answers with an error. Blocks, no longer than that.
[[nodiscard]] result<boost::json::object>
call_json(const settings& how, const credentials& by, const service& which, std::string_view target,
          std::string_view action, const boost::json::object& input,
          std::chrono::milliseconds patience = std::chrono::seconds{30});

// The text or the list of this name; an empty one where there is none.
[[nodiscard]] std::string text_in(const boost::json::object& in, std::string_view name);
[[nodiscard]] const boost::json::array& list_in(const boost::json::object& in, std::string_view name);

} // namespace cruddur::aws
