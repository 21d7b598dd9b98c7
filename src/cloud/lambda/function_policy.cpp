#include "cloud/lambda/function_policy.hpp"

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/function_versions.hpp"
#include "cloud/lambda/invoker.hpp"
#include "cloud/wire/input.hpp"
#include "cloud/wire/listing.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>

namespace cruddur::cloud::lambda {

namespace {

namespace json = boost::json;

// ArnLike: each of an ARN's six parts by itself, so that * and ? in one never reach into the next.
bool is_like(std::string_view pattern, std::string_view arn) {
    for (int part = 0; part < 5; ++part) {
        const auto pattern_end = pattern.find(':');
        const auto arn_end = arn.find(':');
        if (pattern_end == std::string_view::npos || arn_end == std::string_view::npos) return false;
        if (!wire::matches_wildcard(pattern.substr(0, pattern_end), arn.substr(0, arn_end))) return false;
        pattern.remove_prefix(pattern_end + 1);
        arn.remove_prefix(arn_end + 1);
    }
    return wire::matches_wildcard(pattern, arn);
}

// What nothing is known of, such as an organization or a function's URL, no service's invocation fulfils.
bool holds(std::string_view how, std::string_view key, const json::value& wanted,
           const invocation_source& from) {
    if (!wanted.is_string()) return false;
    const std::string_view text = wanted.get_string();
    if (how == "ArnLike" && key == "AWS:SourceArn") return is_like(text, from.arn);
    return how == "StringEquals" && key == "AWS:SourceAccount" && text == ground::account_id;
}

bool holds(const json::object& conditions, const invocation_source& from) {
    return std::ranges::all_of(conditions, [&](const auto& one) {
        const auto* keys = one.value().if_object();
        return keys != nullptr && std::ranges::all_of(*keys, [&](const auto& key) {
                   return holds(one.key(), key.key(), key.value(), from);
               });
    });
}

// "*", or {"Service": …}, where "*" stands as well in what an earlier version wrote.
bool is_for(const json::value& principal, const invocation_source& from) {
    if (const auto* everyone = principal.if_string()) return *everyone == "*";
    const std::string service = wire::text_of(principal.as_object(), "Service");
    return service == from.service || service == "*";
}

bool allows(const json::object& statement, const invocation_source& from) {
    const std::string action = wire::text_of(statement, "Action");
    if (action != "lambda:InvokeFunction" && action != "lambda:*" && action != "*") return false;
    if (!is_for(statement.at("Principal"), from)) return false;
    const auto* conditions = wire::find_object(statement, "Condition");
    return conditions == nullptr || holds(*conditions, from);
}

} // namespace

bool may_invoke(ground::state& db, const std::string& function_arn, const invocation_source& from) {
    const auto [arn, qualifier] = split_arn(function_arn);
    ground::rows all =
        db.query("select statement from function_permission where arn = ? and qualifier = ?", arn, qualifier);
    while (all.next()) {
        if (allows(json::parse(all.text(0)).as_object(), from)) return true;
    }
    return false;
}

} // namespace cruddur::cloud::lambda
