#include "cloud/wire/codec.hpp"

#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cruddur::cloud::wire {

namespace {

bool is_of(const boost::json::value& value, model_shape::kind kind) {
    using enum model_shape::kind;
    switch (kind) {
    case text:
    case blob:
        return value.is_string();
    case number:
        return value.is_number();
    case boolean:
        return value.is_bool();
    case timestamp:
        return value.is_int64();
    case list:
        return value.is_array();
    case map:
    case structure:
        return value.is_object();
    case document:
        return true;
    }
    return false;
}

} // namespace

std::string answer_place::path() const {
    return within == nullptr ? std::string{name} : fmt::format("{}.{}", within->path(), name);
}

const model_member& answered_member(const model_shape& model, const answer_place& at) {
    const auto found = std::ranges::find(model.members, at.name, &model_member::name);
    if (found == model.members.end())
        throw answer_error{fmt::format("the answer has {}, which AWS's model does not have", at.path())};
    return *found;
}

void check_type(const boost::json::value& value, const model_shape& model, const answer_place& at) {
    if (is_of(value, model.is)) return;
    throw answer_error{fmt::format("{} of the answer is a {}, which AWS's model does not take there",
                                   at.path(), std::string_view{boost::json::to_string(value.kind())})};
}

boost::json::object read_input(const service& of, const operation& row, const http::request& from,
                               protocol spoken) {
    if (!is_query(spoken)) return read_json_input(of, row, from);
    boost::json::object out = read_query_input(of, row, from);
    if (of.model.also_query) check_json_input(of, row, out, true);
    return out;
}

boost::json::object read_input(const service& of, const operation& row, const http::request& from) {
    return read_input(of, row, from, of.model.speaks);
}

endpoint_answer write_answer(const service& of, const model_operation& to, const boost::json::object& answer,
                             std::string request_id) {
    return write_answer(of, to, answer, std::move(request_id), of.model.speaks);
}

endpoint_answer write_answer(const service& of, const model_operation& to, const boost::json::object& answer,
                             std::string request_id, protocol spoken) {
    endpoint_answer out{
        .content_type = "text/xml;charset=UTF-8", .body = {}, .request_id = std::move(request_id)};
    if (to.output == nullptr && !answer.empty())
        throw answer_error{fmt::format("{} has an answer, and in AWS's model none", to.name)};
    if (is_query(spoken))
        out.body = write_xml(of, to, answer, out.request_id);
    else if (spoken == protocol::rest_json)
        write_rest_json(to, answer, out);
    else
        write_json(to, answer, out);
    return out;
}

} // namespace cruddur::cloud::wire
