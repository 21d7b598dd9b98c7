#pragma once

#include "cloud/wire/call_protocol.hpp"
#include "cloud/wire/signature.hpp"
#include "cloud/wire/web.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace cruddur::cloud::door {

using ground::refusal;
using wire::asked_operation;
using wire::call;
using wire::credential;
using wire::endpoint_answer;
using wire::key_ring;
using wire::service_list;
using wire::signed_request;
using wire::web_route;

// The one door of every service. It tells by the X-Amz-Target field, the path, the signature's scope, and for
// unsigned requests the Version, which operation is meant, and makes the call's record; verifies the
// signature where keys are given; reads the input, runs the operation, which a DryRun of EC2's rolls back,
// and writes the answer, all by the service's model; and answers in the caller's protocol, also for what is
// not there, which it counts. On the loop's thread, many at a time. A client that goes cancels nothing.
class endpoint {
public:
    // `keys`: whose signatures are required; without it any credentials will do, and none, but for pages of
    // this origin, whose calls the console signs. A key that IAM has given is always verified. Once policies
    // decide, any other key is refused, but for those of `keys` or, without it, the well-known pair of the
    // profile, whose calls are the root's. The environment has the parts that the services ask for,
    // missing_operations, the console and iam::access_control.
    endpoint(wire::environment& env, service_list services, std::optional<key_ring> keys);

    // Neither throws but for want of memory: a failure of our own is InternalFailure, and its reason is
    // logged. What `from` views must live until they complete.
    [[nodiscard]] boost::asio::awaitable<endpoint_answer> answer(const http::request& from,
                                                                 std::chrono::system_clock::time_point now);
    [[nodiscard]] boost::asio::awaitable<http::response>
    answer(const web_route& route, const http::request& from, std::chrono::system_clock::time_point now);
    // What is answered where no route takes the request: 404 and 405 are operations that are not there.
    [[nodiscard]] endpoint_answer refuse(const http::request& from, unsigned status,
                                         std::chrono::system_clock::time_point now);
    // As HTTP has it.
    [[nodiscard]] static http::response to_response(endpoint_answer from);

private:
    boost::asio::awaitable<endpoint_answer> run(const asked_operation& asked, const http::request& from,
                                                call& in);
    // How a request's caller is told: the service that a credential must be scoped to, "" for any, the status
    // where it is another, the protocol of refusals, and whether a caller has to be known.
    struct identification {
        std::string_view scope;
        unsigned scope_status = 403;
        wire::protocol speaks = wire::protocol::rest_json;
        bool must_be_known = false;
    };
    // Who calls, and from which region.
    [[nodiscard]] const key_ring* required_of(const http::request& from) const;
    boost::asio::awaitable<void> identify(const http::request& from, identification with, call& in) const;
    // The key ring of one key of IAM's that the request is signed by, after its token was checked; nullopt
    // for another key.
    [[nodiscard]] std::optional<key_ring> key_of_iam(const signed_request& request, const credential& whose,
                                                     wire::protocol speaks, call& in) const;
    // Refuses once policies decide, where nobody is known to call.
    void check_known(const std::optional<credential>& whose, identification with) const;
    void check_get(const http::request& from, const asked_operation& asked) const;
    refusal missing(const call& in, const asked_operation& asked);
    [[nodiscard]] call record_of(const asked_operation& asked,
                                 std::chrono::system_clock::time_point now) const;
    [[nodiscard]] std::string region_of(const std::optional<credential>& whose) const;

    wire::environment& env_;
    service_list services_;
    std::optional<key_ring> keys_;
};

} // namespace cruddur::cloud::door
