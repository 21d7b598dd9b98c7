#include "cloud/endpoint.hpp"

#include "cloud/identifiers.hpp"
#include "cloud/instances.hpp"
#include "cloud/json_protocol.hpp"
#include "cloud/regions.hpp"
#include "cloud/services.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud {

namespace {

namespace asio = boost::asio;

constexpr std::array services = {ec2_service, rds_service, sts_service};
constexpr std::array json_services = {cognito_service, logs_service};

refusal internal_failure() {
    return {"InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.", 500};
}

std::string_view field(const signed_request& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (boost::iequals(key, name)) return value;
    }
    return {};
}

// By the signature's scope; a request without one can only be told by its version.
const query_service* find_service(const std::optional<credential>& whose, const parameters& input) {
    const std::string version = input.text("Version").value_or("");
    for (const auto& known : services) {
        const service_identity& identity = known().identity;
        if (whose ? whose->service == identity.scope : version == identity.version) return &known();
    }
    return nullptr;
}

const json_service* find_json_service(std::string_view target) {
    for (const auto& known : json_services) {
        if (known().target == target) return &known();
    }
    return nullptr;
}

const operation& find_operation(const query_service& service, const parameters& input) {
    const std::string action = input.text("Action").value_or("");
    const std::string version = input.text("Version").value_or("");
    const bool ec2 = service.identity.speaks == dialect::ec2;
    if (action.empty())
        throw refusal{"MissingAction", "The request is missing an action or a required parameter"};
    if (ec2 && version != service.identity.version) {
        throw refusal{"NoSuchVersion", fmt::format("The requested version ({}) of service {} does not exist",
                                                   version, service.identity.title)};
    }
    const auto found = std::ranges::find(service.operations, action, &operation::name);
    if (found == service.operations.end() || version != service.identity.version) {
        throw refusal{"InvalidAction",
                      ec2 ? fmt::format("The action {} is not valid for this web service.", action)
                          : fmt::format("Could not find operation {} for version {}", action, version)};
    }
    return *found;
}

refusal unknown_operation() {
    return {"UnknownOperationException", "No service here has this operation."};
}

endpoint_answer json_refusal(const refusal& why, std::string_view version, std::string request_id) {
    return {why.status(), fmt::format("application/x-amz-json-{}", version), json_error_document(why),
            std::move(request_id), why.code()};
}

http::response web_refusal(const refusal& why) {
    http::response out;
    out.status = why.status();
    out.fields.emplace_back("x-amzn-ErrorType", why.code());
    const boost::json::value body{{"Type", why.status() < 500 ? "User" : "Service"},
                                  {"Message", why.message()}};
    out.body = http::body_bytes::of(boost::json::serialize(body));
    return out;
}

// What happens after the commit cannot undo it, nor may one effect keep the others from happening.
void run_effects(const std::vector<std::function<void()>>& effects) {
    for (const auto& effect : effects) {
        try {
            effect();
        } catch (const std::exception& failed) {
            spdlog::error("after a commit: {}", failed.what());
        }
    }
}

} // namespace

signed_request to_sign(const http::request& from) {
    return {boost::beast::http::to_string(from.method), from.path, from.query, from.body, from.fields};
}

endpoint::endpoint(environment& env, std::optional<key_ring> keys)
    : env_{env}
    , keys_{std::move(keys)} {}

asio::awaitable<endpoint_answer> endpoint::answer(signed_request request,
                                                  std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string_view target = field(request, "X-Amz-Target");
    if (target.empty()) co_return answer_query(request, now);
    const std::size_t point = std::min(target.rfind('.'), target.size());
    const json_service* service = find_json_service(target.substr(0, point));
    if (service == nullptr) {
        refusal why = unknown_operation();
        try {
            if (keys_) keys_->verify(request, now);
        } catch (const refusal& refused) {
            why = refused;
        }
        co_return json_refusal(why, "1.1", random_uuid());
    }
    co_return co_await answer_json(*service, target.substr(std::min(point + 1, target.size())), request, now);
}

asio::awaitable<endpoint_answer> endpoint::answer_json(const json_service& service, std::string_view name,
                                                       const signed_request& request,
                                                       std::chrono::system_clock::time_point now) {
    const std::string request_id = random_uuid();
    refusal why = internal_failure();
    const auto asked = std::ranges::find(service.operations, name, &json_operation::name);
    const bool found = asked != service.operations.end();
    const bool is_public = found && asked->is_public;
    try {
        std::optional<credential> whose;
        if (!is_public) {
            whose = credential_of(request);
            if (keys_) keys_->verify(request, now);
            if (whose && whose->service != service.scope) {
                throw refusal{
                    "InvalidSignatureException",
                    fmt::format("Credential should be scoped to correct service: '{}'.", service.scope)};
            }
        }
        if (!found) throw unknown_operation();
        const json_call in{env_, env_.db, parse_json_input(request.body), region_of(whose), request_id, now};
        check_shape(service, in.input, asked->members);
        const boost::json::object result = co_await asked->run(in);
        co_return endpoint_answer{200,
                                  fmt::format("application/x-amz-json-{}", service.version),
                                  boost::json::serialize(result),
                                  request_id,
                                  "",
                                  is_public};
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        spdlog::error("request {} failed: {}", request_id, failed.what());
    }
    endpoint_answer out = json_refusal(why, service.version, request_id);
    out.is_public = is_public;
    co_return out;
}

asio::awaitable<http::response> endpoint::answer(const web_route& route, const http::request& from,
                                                 std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string request_id = random_uuid();
    http::response out;
    try {
        std::optional<credential> whose;
        if (route.open_to == web_route::access::credentials) {
            const signed_request request = to_sign(from);
            whose = credential_of(request);
            if (keys_) keys_->verify(request, now);
        }
        const web_call in{env_, env_.db, from, region_of(whose), request_id, now};
        out = co_await route.run(in);
    } catch (const refusal& refused) {
        out = web_refusal(refused);
    } catch (const std::exception& failed) {
        spdlog::error("request {} failed: {}", request_id, failed.what());
        out = web_refusal(internal_failure());
    }
    out.fields.emplace_back("x-amzn-RequestId", request_id);
    co_return out;
}

endpoint_answer endpoint::answer_query(const signed_request& request,
                                       std::chrono::system_clock::time_point now) {
    const std::string request_id = random_uuid();
    const query_service* service = nullptr;
    refusal why = internal_failure();
    try {
        const auto whose = credential_of(request);
        const auto input = parameters::parse(request.method == "GET" ? request.query : request.body);
        service = find_service(whose, input);
        if (keys_) keys_->verify(request, now);
        if (service == nullptr) throw unknown_operation();
        return {200, "text/xml;charset=UTF-8", run(*service, input, region_of(whose), request_id), request_id,
                ""};
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        spdlog::error("request {} failed: {}", request_id, failed.what());
    }
    if (service == nullptr || why.code() == "UnknownOperationException")
        return json_refusal(why, "1.1", request_id);
    return {why.status(), "text/xml;charset=UTF-8", error_document(service->identity, why, request_id),
            request_id, why.code()};
}

std::string endpoint::run(const query_service& service, const parameters& input, const std::string& region,
                          const std::string& request_id) {
    const operation& asked = find_operation(service, input);
    const bool ec2 = service.identity.speaks == dialect::ec2;
    check_members(service.identity, input, asked.members);
    const response_document document{service.identity, asked.name, request_id};
    std::vector<std::function<void()>> effects;
    transaction whole{env_.db};
    asked.run({env_.db, input, document.result(), asked.name, region, env_, effects});
    if (ec2 && input.boolean("DryRun").value_or(false)) {
        throw refusal{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412};
    }
    whole.commit();
    env_.rds->refresh();
    run_effects(effects);
    return document.to_string();
}

std::string endpoint::region_of(const std::optional<credential>& whose) const {
    const std::string region = whose ? whose->region : env_.region;
    if (find_region(region) == nullptr) {
        throw refusal{"SignatureDoesNotMatch",
                      fmt::format("Credential should be scoped to a valid region, not '{}'.", region), 403};
    }
    return region;
}

} // namespace cruddur::cloud
