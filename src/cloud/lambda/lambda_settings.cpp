// What stands beside a function: its reserved concurrency and its tags.

#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/state.hpp"
#include "cloud/lambda/lambda.hpp"
#include "http/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace cruddur::cloud::lambda {

namespace {

namespace json = boost::json;

constexpr std::string_view no_qualified_concurrency =
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
    "operation. "
    "Please specify either a function name or an unqualified function ARN.";
constexpr std::string_view no_qualified_tags =
    "Tags on function aliases and versions are not supported. Please specify either a function name or an "
    "unqualified function ARN.";

json::object tags_in(const web_call& in, const std::string& arn) {
    rows found = in.db.query("select tags from function where arn = ?", arn);
    if (!found.next()) throw function_not_found(arn);
    return json::parse(found.text(0)).as_object();
}

void save_tags(const web_call& in, const std::string& arn, const json::object& tags) {
    const std::string text = tags_of(&tags);
    transaction whole{in.db};
    in.db.run("update function set tags = ? where arn = ?", text, arn);
    whole.commit();
}

} // namespace

lambda_answer put_concurrency(const web_call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    const json::object input = read_request(in, function_request::concurrency);
    const auto reserved = optional_integer(input, "ReservedConcurrentExecutions");
    transaction whole{in.db};
    in.db.run("update function set concurrency = ?, revision = ? where arn = ?", reserved,
              ground::random_uuid(), arn);
    whole.commit();
    co_return lambda_json(200, {{"ReservedConcurrentExecutions", *reserved}});
}

lambda_answer get_concurrency(const web_call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    rows found = in.db.query("select concurrency from function where arn = ?", arn);
    json::object out;
    if (found.next() && !found.is_null(0)) out["ReservedConcurrentExecutions"] = found.integer(0);
    co_return lambda_json(200, out);
}

lambda_answer delete_concurrency(const web_call& in) {
    const std::string arn = unqualified_function(in, no_qualified_concurrency);
    transaction whole{in.db};
    in.db.run("update function set concurrency = null, revision = ? where arn = ?", ground::random_uuid(),
              arn);
    whole.commit();
    co_return lambda_nothing();
}

lambda_answer list_function_tags(const web_call& in) {
    co_return lambda_json(200, {{"Tags", tags_in(in, unqualified_function(in, no_qualified_tags))}});
}

lambda_answer tag_function(const web_call& in) {
    const std::string arn = unqualified_function(in, no_qualified_tags);
    json::object tags = tags_in(in, arn);
    const json::object input = read_request(in, function_request::tags);
    for (const auto& [name, value] : *find_object(input, "Tags"))
        tags[name] = value;
    save_tags(in, arn, tags);
    co_return lambda_nothing();
}

lambda_answer untag_function(const web_call& in) {
    const std::string arn = unqualified_function(in, no_qualified_tags);
    json::object tags = tags_in(in, arn);
    for (std::string_view rest = in.from.query; !rest.empty();) {
        std::string_view value = http::next_element(rest, '&');
        const std::string_view name = http::next_element(value, '=');
        if (name != "tagKeys") continue;
        if (const auto key = http::percent_decode(value, true)) tags.erase(*key);
    }
    save_tags(in, arn, tags);
    co_return lambda_nothing();
}

} // namespace cruddur::cloud::lambda
