#pragma once

#include "cloud/ground/refusal.hpp"
#include "cloud/wire/operation.hpp"
#include "http/message.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::cloud::wire {

// What reads every request and writes every answer, in each protocol, by the service's model. In between, a
// request and an answer are one kind of value, in the model's own names: a structure and a map are objects, a
// list is an array, a text, a number and a boolean are themselves, a timestamp is a number of milliseconds of
// the Unix epoch, and a blob is a text of its bytes.

struct endpoint_answer {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::string request_id;
    std::string error_code{}; // empty where it went well
    std::vector<std::pair<std::string, std::string>> fields{};
    bool is_public = false; // an operation of strangers, so that pages of loopback origins may read it
};

// An answer that its model does not have: our own mistake, which is never sent.
class answer_error : public std::logic_error {
    using std::logic_error::logic_error;
};

// What a request says. Throws refusal, with the service's own codes and words, for one that the model does
// not allow: another type at any depth, a member missing, or one that is not among those served, unless in
// the JSON protocols it is empty or false and so asks for nothing.
// `spoken` is the protocol of the call, where the service speaks several.
[[nodiscard]] boost::json::object read_input(const service& of, const operation& row,
                                             const http::request& from, protocol spoken);
[[nodiscard]] boost::json::object read_input(const service& of, const operation& row,
                                             const http::request& from);
// Refuses a request of the query protocol that names no action, or another version.
void check_action(const service& of, const http::request& from);

// The answer as it is sent. Throws answer_error for a member that the model does not have, and for a value of
// another type than the model's.
[[nodiscard]] endpoint_answer write_answer(const service& of, const model_operation& to,
                                           const boost::json::object& answer, std::string request_id,
                                           protocol spoken);
[[nodiscard]] endpoint_answer write_answer(const service& of, const model_operation& to,
                                           const boost::json::object& answer, std::string request_id);

// A place in an answer, for messages alone.
struct answer_place {
    const answer_place* within;
    std::string_view name;

    [[nodiscard]] std::string path() const; // "DescribeVpcs.Vpcs.OwnerId"
};
// The model's member of that name, and the value's type: what both writers hold. They throw answer_error.
[[nodiscard]] const model_member& answered_member(const model_shape& model, const answer_place& at);
void check_type(const boost::json::value& value, const model_shape& model, const answer_place& at);

// The protocols' halves.
[[nodiscard]] boost::json::object read_query_input(const service& of, const operation& row,
                                                   const http::request& from);
[[nodiscard]] boost::json::object read_json_input(const service& of, const operation& row,
                                                  const http::request& from);
[[nodiscard]] std::string write_xml(const service& of, const model_operation& to,
                                    const boost::json::object& answer, std::string_view request_id);
void write_json(const model_operation& to, const boost::json::object& answer, endpoint_answer& out);
void write_rest_json(const model_operation& to, const boost::json::object& answer, endpoint_answer& out);

// Refuses, in AWS's words, an input that its model does not allow: every breach in one message. Decodes the
// blobs of its body, and makes milliseconds of its timestamps; of an input of the query protocol both are
// done.
void check_json_input(const service& of, const operation& row, boost::json::object& input,
                      bool is_decoded = false);

} // namespace cruddur::cloud::wire
