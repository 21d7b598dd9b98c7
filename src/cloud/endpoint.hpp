#pragma once

#include "cloud/operation.hpp"
#include "cloud/signature.hpp"
#include "cloud/web.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace cruddur::cloud {

struct endpoint_answer {
    unsigned status = 200;
    std::string content_type;
    std::string body;
    std::string request_id;
    std::string error_code; // empty where it went well
    bool is_public = false; // an operation of strangers, so that pages of loopback origins may read it
};

struct json_service;

[[nodiscard]] signed_request to_sign(const http::request& from);

// The one door of every service. It tells by the X-Amz-Target field, the signature's scope, and for unsigned
// requests the Version, which service is meant; verifies the signature where keys are given; runs the
// operation, in a transaction where the protocol is the query one, which a DryRun rolls back; and answers in
// the service's protocol. What is not there is InvalidAction, or UnknownOperationException in the JSON
// protocols. On the loop's thread, many at a time. A client that goes cancels nothing.
class endpoint {
public:
    // `keys`: whose signatures are required; without it any credentials will do, and none.
    endpoint(environment& env, std::optional<key_ring> keys);

    // Neither throws but for want of memory: a failure of our own is InternalFailure, and its reason is
    // logged. What `request` and `from` view must live until they complete.
    [[nodiscard]] boost::asio::awaitable<endpoint_answer> answer(signed_request request,
                                                                 std::chrono::system_clock::time_point now);
    [[nodiscard]] boost::asio::awaitable<http::response>
    answer(const web_route& route, const http::request& from, std::chrono::system_clock::time_point now);

private:
    boost::asio::awaitable<endpoint_answer> answer_json(const json_service& service, std::string_view name,
                                                        const signed_request& request,
                                                        std::chrono::system_clock::time_point now);
    endpoint_answer answer_query(const signed_request& request, std::chrono::system_clock::time_point now);
    std::string run(const query_service& service, const parameters& input, const std::string& region,
                    const std::string& request_id);
    [[nodiscard]] std::string region_of(const std::optional<credential>& whose) const;

    environment& env_;
    std::optional<key_ring> keys_;
};

} // namespace cruddur::cloud
