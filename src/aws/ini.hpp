#pragma once

#include "aws/error.hpp"

#include <map>
#include <string>
#include <string_view>

namespace cruddur::aws {

// A profile's settings by name. An indented one below a name without value is "name.setting", as in the
// [services x] sections of ~/.aws/config.
using section = std::map<std::string, std::string, std::less<>>;
using sections = std::map<std::string, section, std::less<>>;

// A setting of a section, or "" where there is no such setting or section.
[[nodiscard]] std::string setting_of(const section* from, std::string_view name);

// The text of ~/.aws/config or ~/.aws/credentials, as the SDKs read it
// (https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html): names of settings in lower case, a
// section that comes twice is one. A line that is none of it fails with the file's name and the line's
// number, and never with its text, which may be a secret.
[[nodiscard]] result<sections> parse_ini(std::string_view text, std::string_view file);

} // namespace cruddur::aws
