#pragma once

#include "cloud/cognito/cognito.hpp"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cruddur::cloud::cognito {

// An attribute that a pool's users may have: one of AWS's standard ones, or one of the pool's own.
struct schema_attribute {
    enum class type : std::uint8_t { text, number, boolean, date_time };

    std::string name; // with its prefix: "custom:role", "dev:custom:role"
    type is = type::text;
    bool is_developer_only = false; // only an administrator sets it
    bool is_mutable = true;
    bool is_required = false;
    std::string min{}; // of a text's length or of a number, as AWS has them; "" for none
    std::string max{};
};

// The standard attributes, as the pool's Schema changes them, and those that it adds.
[[nodiscard]] std::vector<schema_attribute> schema_of(const user_pool& pool);
[[nodiscard]] bool is_standard_attribute(std::string_view name);
// Refuses a Schema of a pool that AWS would not take.
void check_schema(const boost::json::object& pool_settings);
// SchemaAttributes of a pool's description.
[[nodiscard]] boost::json::array describe_schema(const user_pool& pool);
// Throws InvalidParameterException for a value that the attribute cannot have.
void check_value(const schema_attribute& attribute, std::string_view value);

} // namespace cruddur::cloud::cognito
