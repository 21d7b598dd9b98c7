#pragma once

#include "cloud/wire/call_protocol.hpp"
#include "cloud/wire/operation.hpp"
#include "cloud/wire/signature.hpp"
#include "cloud/wire/web.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::door {

using ground::refusal;
using ground::state;
using ground::transaction;
using wire::asked_operation;
using wire::credential;
using wire::endpoint_answer;
using wire::key_ring;
using wire::query_service;
using wire::service_list;
using wire::signed_request;
using wire::web_route;

// The one door of every service. It tells by the X-Amz-Target field, the signature's scope, and for unsigned
// requests the Version, which service is meant; verifies the signature where keys are given; runs the
// operation, in a transaction where the protocol is the query one, which a DryRun rolls back; and answers in
// the caller's protocol, also for what is not there, which it counts. On the loop's thread, many at a time. A
// client that goes cancels nothing.
class endpoint {
public:
    // `keys`: whose signatures are required; without it any credentials will do, and none. The environment
    // has the parts that the services ask for, and missing_operations.
    endpoint(wire::environment& env, service_list services, std::optional<key_ring> keys);

    // Neither throws but for want of memory: a failure of our own is InternalFailure, and its reason is
    // logged. What `request` and `from` view must live until they complete.
    [[nodiscard]] boost::asio::awaitable<endpoint_answer> answer(signed_request request,
                                                                 std::chrono::system_clock::time_point now);
    // `scope` is the service that a signature must be for; "" takes any.
    [[nodiscard]] boost::asio::awaitable<http::response> answer(const web_route& route,
                                                                std::string_view scope,
                                                                const http::request& from,
                                                                std::chrono::system_clock::time_point now);
    // What is answered where no route takes the request: 404 and 405 are operations that are not there.
    [[nodiscard]] endpoint_answer refuse(const signed_request& request, unsigned status,
                                         std::chrono::system_clock::time_point now);

private:
    boost::asio::awaitable<endpoint_answer> answer_json(const wire::json_service& service,
                                                        const asked_operation& called,
                                                        const signed_request& request,
                                                        std::chrono::system_clock::time_point now);
    endpoint_answer answer_query(const asked_operation& asked, const signed_request& request,
                                 std::chrono::system_clock::time_point now);
    void check_get(const signed_request& request, const asked_operation& asked, bool is_signed) const;
    std::string run(const query_service& service, const asked_operation& asked, const wire::parameters& input,
                    wire::call_record record);
    refusal missing(const asked_operation& asked);
    [[nodiscard]] wire::call_record record_of(std::string_view service, std::string_view operation,
                                              const std::optional<credential>& whose,
                                              const std::string& request_id,
                                              std::chrono::system_clock::time_point now) const;
    [[nodiscard]] std::string region_of(const std::optional<credential>& whose) const;

    wire::environment& env_;
    service_list services_;
    std::optional<key_ring> keys_;
};

} // namespace cruddur::cloud::door
