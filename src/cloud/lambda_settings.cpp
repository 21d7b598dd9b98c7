// What stands beside a function: its policy, its reserved concurrency and its tags.

#include "cloud/identifiers.hpp"
#include "cloud/lambda.hpp"
#include "cloud/state.hpp"
#include "http/text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace cruddur::cloud {

namespace {

namespace json = boost::json;

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

lambda_answer add_permission(const web_call& in) {
    const std::string arn = existing_function(in);
    const json::object input = read_request(in, function_request::permission);
    const std::string sid = text_of(input, "StatementId");
    json::object statement{{"Sid", sid},
                           {"Effect", "Allow"},
                           {"Principal", {{"Service", text_of(input, "Principal")}}},
                           {"Action", text_of(input, "Action")},
                           {"Resource", arn}};
    json::object condition;
    if (const auto source = optional_text(input, "SourceArn"))
        condition["ArnLike"] = {{"AWS:SourceArn", *source}};
    if (const auto account = optional_text(input, "SourceAccount"))
        condition["StringEquals"] = {{"AWS:SourceAccount", *account}};
    if (!condition.empty()) statement["Condition"] = std::move(condition);
    const std::string text = json::serialize(statement);
    transaction whole{in.db};
    if (in.db.run(
            "insert into function_permission (arn, sid, statement) values (?, ?, ?) on conflict do nothing",
            arn, sid, text) == 0) {
        throw refusal{
            "ResourceConflictException",
            fmt::format("The statement id ({}) provided already exists. Please provide a new statement "
                        "id, or remove the existing statement.",
                        sid),
            409};
    }
    whole.commit();
    co_return lambda_json(201, {{"Statement", text}});
}

lambda_answer get_policy(const web_call& in) {
    const std::string arn = existing_function(in);
    json::array statements;
    rows found = in.db.query("select statement from function_permission where arn = ? order by sid", arn);
    while (found.next())
        statements.push_back(json::parse(found.text(0)));
    if (statements.empty())
        throw refusal{"ResourceNotFoundException", "The resource you requested does not exist.", 404};
    const json::object policy{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", statements}};
    co_return lambda_json(200, {{"Policy", json::serialize(policy)}, {"RevisionId", random_uuid()}});
}

lambda_answer remove_permission(const web_call& in) {
    const std::string arn = existing_function(in);
    const std::string& sid = in.from.parameters.at(1);
    transaction whole{in.db};
    if (in.db.run("delete from function_permission where arn = ? and sid = ?", arn, sid) == 0) {
        throw refusal{"ResourceNotFoundException",
                      fmt::format("Statement {} is not found in resource policy.", sid), 404};
    }
    whole.commit();
    co_return lambda_nothing();
}

lambda_answer put_concurrency(const web_call& in) {
    const std::string arn = existing_function(in);
    const json::object input = read_request(in, function_request::concurrency);
    const auto reserved = optional_integer(input, "ReservedConcurrentExecutions");
    transaction whole{in.db};
    in.db.run("update function set concurrency = ? where arn = ?", reserved, arn);
    whole.commit();
    co_return lambda_json(200, {{"ReservedConcurrentExecutions", *reserved}});
}

lambda_answer get_concurrency(const web_call& in) {
    const std::string arn = named_function(in);
    rows found = in.db.query("select concurrency from function where arn = ?", arn);
    if (!found.next()) throw function_not_found(arn);
    json::object out;
    if (!found.is_null(0)) out["ReservedConcurrentExecutions"] = found.integer(0);
    co_return lambda_json(200, out);
}

lambda_answer delete_concurrency(const web_call& in) {
    const std::string arn = existing_function(in);
    transaction whole{in.db};
    in.db.run("update function set concurrency = null where arn = ?", arn);
    whole.commit();
    co_return lambda_nothing();
}

lambda_answer list_function_tags(const web_call& in) {
    co_return lambda_json(200, {{"Tags", tags_in(in, named_function(in))}});
}

lambda_answer tag_function(const web_call& in) {
    const std::string arn = named_function(in);
    json::object tags = tags_in(in, arn);
    const json::object input = read_request(in, function_request::tags);
    for (const auto& [name, value] : *find_object(input, "Tags"))
        tags[name] = value;
    save_tags(in, arn, tags);
    co_return lambda_nothing();
}

lambda_answer untag_function(const web_call& in) {
    const std::string arn = named_function(in);
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

} // namespace cruddur::cloud
