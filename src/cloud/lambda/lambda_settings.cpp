// What stands beside a function: its reserved concurrency and its tags.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/lambda.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace cruddur::cloud::lambda {

namespace {

constexpr std::string_view no_qualified_concurrency =
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
    "operation. "
    "Please specify either a function name or an unqualified function ARN.";
constexpr std::string_view no_qualified_tags =
    "Tags on function aliases and versions are not supported. Please specify either a function name or an "
    "unqualified function ARN.";

json::object tags_in(const call& in, const std::string& arn) {
    rows found = in.db.query("select tags from function where arn = ?", arn);
    if (!found.next()) throw function_not_found(arn);
    return json::parse(found.text(0)).as_object();
}

void save_tags(const call& in, const std::string& arn, const json::object& tags) {
    const std::string text = tags_of(&tags);
    in.db.run("update function set tags = ? where arn = ?", text, arn);
}

} // namespace

json::object put_concurrency(const call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    const auto reserved = optional_integer(in.input, "ReservedConcurrentExecutions");
    in.db.run("update function set concurrency = ?, revision = ? where arn = ?", reserved,
              ground::random_uuid(), arn);
    return {{"ReservedConcurrentExecutions", *reserved}};
}

json::object get_concurrency(const call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    rows found = in.db.query("select concurrency from function where arn = ?", arn);
    json::object out;
    if (found.next() && !found.is_null(0)) out["ReservedConcurrentExecutions"] = found.integer(0);
    return out;
}

json::object delete_concurrency(const call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    in.db.run("update function set concurrency = null, revision = ? where arn = ?", ground::random_uuid(),
              arn);
    return {};
}

json::object list_function_tags(const call& in) {
    return {{"Tags", tags_in(in, unqualified_function(in, no_qualified_tags))}};
}

json::object tag_function(const call& in) {
    const std::string arn = unqualified_function(in, no_qualified_tags);
    json::object tags = tags_in(in, arn);
    for (const auto& [name, value] : *find_object(in.input, "Tags"))
        tags[name] = value;
    save_tags(in, arn, tags);
    return {};
}

json::object untag_function(const call& in) {
    const std::string arn = unqualified_function(in, no_qualified_tags);
    json::object tags = tags_in(in, arn);
    for (const std::string& key : texts_of(in.input, "TagKeys"))
        tags.erase(key);
    save_tags(in, arn, tags);
    return {};
}

} // namespace cruddur::cloud::lambda
