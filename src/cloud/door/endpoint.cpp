#include "cloud/door/endpoint.hpp"

#include "cloud/door/missing_operations.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/wire/json_protocol.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace cruddur::cloud::door {

namespace {

namespace asio = boost::asio;

// The query protocol's largest body is a few hundred permissions; AWS takes no more than this either.
constexpr std::size_t query_bytes_max = 1024UL * 1024;

// A larger body's digest is nothing for the loop.
constexpr std::size_t quick_bytes_max = 1024UL * 1024;

refusal internal_failure() {
    return {"InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.", 500};
}

// What the caller is told of a failure that is none of an operation's refusals.
refusal refusal_of(const std::exception& failed, const std::string& request_id) {
    spdlog::error("request {} failed: {}", request_id, failed.what());
    const auto* const unwritten = dynamic_cast<const ground::state_error*>(&failed);
    if (unwritten == nullptr || !unwritten->may_pass()) return internal_failure();
    return {"ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503};
}

std::string_view field(const signed_request& request, std::string_view name) {
    for (const auto& [key, value] : request.fields) {
        if (boost::iequals(key, name)) return value;
    }
    return {};
}

const query_service* find_service(service_list services, std::string_view scope) {
    const auto found = std::ranges::find_if(services, [&](const wire::service_tables& each) {
        return each.query != nullptr && each.query->identity.scope == scope;
    });
    return found == services.end() ? nullptr : found->query;
}

const wire::json_service* find_json_service(service_list services, std::string_view target) {
    const auto found = std::ranges::find_if(services, [&](const wire::service_tables& each) {
        return each.json != nullptr && each.json->target == target;
    });
    return found == services.end() ? nullptr : found->json;
}

// The operation asked for, or nullptr.
const wire::operation* find_operation(const query_service& service, const wire::parameters& input) {
    const std::string action = input.text("Action").value_or("");
    const std::string version = input.text("Version").value_or("");
    if (action.empty())
        throw refusal{"MissingAction", "The request is missing an action or a required parameter"};
    const bool known_version = version == service.identity.version;
    if (!known_version && service.identity.speaks == wire::dialect::ec2) {
        throw refusal{"NoSuchVersion", fmt::format("The requested version ({}) of service {} does not exist",
                                                   version, service.identity.title)};
    }
    if (!known_version) {
        throw refusal{"InvalidAction",
                      fmt::format("Could not find operation {} for version {}", action, version)};
    }
    const auto found = std::ranges::find(service.operations, action, &wire::operation::name);
    return found == service.operations.end() ? nullptr : &*found;
}

void check_scope(const std::optional<credential>& whose, std::string_view scope, unsigned status) {
    if (!whose || scope.empty() || whose->service == scope) return;
    throw refusal{"InvalidSignatureException",
                  fmt::format("Credential should be scoped to correct service: '{}'.", scope), status};
}

// What a path of a service's asks for; "" of a page.
std::string_view operation_of(wire::service_list services, std::string_view scope,
                              const http::request& from) {
    const auto found = std::ranges::find_if(services, [&](const wire::service_tables& each) {
        return each.model != nullptr && each.model->service == scope;
    });
    if (found == services.end()) return "";
    const wire::model_operation* const asked =
        found->model->find(boost::beast::http::to_string(from.method), from.path, from.query);
    return asked == nullptr ? "" : asked->name;
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

endpoint::endpoint(wire::environment& env, service_list services, std::optional<key_ring> keys)
    : env_{env}
    , services_{services}
    , keys_{std::move(keys)} {}

asio::awaitable<endpoint_answer> endpoint::answer(signed_request request,
                                                  std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const asked_operation asked = wire::what_was_asked(request, services_);
    if (asked.speaks == wire::protocol::json) {
        const std::string_view target = field(request, "X-Amz-Target");
        const std::size_t point = std::min(target.rfind('.'), target.size());
        const wire::json_service* const service = find_json_service(services_, target.substr(0, point));
        if (service != nullptr) co_return co_await answer_json(*service, asked, request, now);
    }
    if (asked.speaks == wire::protocol::query || asked.speaks == wire::protocol::ec2)
        co_return answer_query(asked, request, now);
    co_return refuse(request, 404, now);
}

endpoint_answer endpoint::refuse(const signed_request& request, unsigned status,
                                 std::chrono::system_clock::time_point now) {
    const asked_operation asked = wire::what_was_asked(request, services_);
    if (status != 404 && status != 405)
        return wire::error_answer(asked, wire::http_refusal(asked, status), ground::random_uuid());
    try {
        if (keys_) keys_->verify(request, now);
    } catch (const refusal& refused) {
        return wire::error_answer(asked, refused, ground::random_uuid());
    }
    // What browsers look for of themselves, such as an icon, nobody misses.
    const bool is_page = !field(request, "Sec-Fetch-Site").empty() && asked.service.empty();
    return wire::error_answer(asked, is_page ? wire::missing_operation(asked) : missing(asked),
                              ground::random_uuid());
}

refusal endpoint::missing(const asked_operation& asked) {
    env_.part<missing_operations>().count(asked.service, asked.name);
    return wire::missing_operation(asked);
}

asio::awaitable<endpoint_answer> endpoint::answer_json(const wire::json_service& service,
                                                       const asked_operation& called,
                                                       const signed_request& request,
                                                       std::chrono::system_clock::time_point now) {
    const std::string request_id = ground::random_uuid();
    refusal why = internal_failure();
    const auto asked = std::ranges::find(service.operations, called.name, &wire::json_operation::name);
    const bool found = asked != service.operations.end();
    const bool is_public = found && asked->is_public;
    try {
        std::optional<credential> whose;
        if (!is_public) {
            whose = wire::credential_of(request);
            if (keys_) keys_->verify(request, now);
            check_scope(whose, service.scope, 400);
        }
        if (!found) throw missing(called);
        const wire::json_call in{record_of(service.scope, called.name, whose, request_id, now),
                                 wire::parse_json_input(request.body)};
        wire::check_input(service, asked->name, asked->members, in.input);
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
        why = refusal_of(failed, request_id);
    }
    endpoint_answer out = wire::error_answer(called, why, request_id);
    out.is_public = is_public;
    co_return out;
}

asio::awaitable<http::response> endpoint::answer(const web_route& route, std::string_view scope,
                                                 const http::request& from,
                                                 std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const std::string request_id = ground::random_uuid();
    http::response out;
    try {
        std::optional<credential> whose;
        using enum web_route::access;
        if (route.open_to == credentials || route.open_to == visitors) {
            const signed_request request = wire::to_sign(from);
            whose = wire::credential_of(request);
            if (keys_ && from.body.size() > quick_bytes_max)
                co_await wire::offload(env_, [&] { keys_->verify(request, now); });
            else if (keys_)
                keys_->verify(request, now);
            check_scope(whose, scope, 403);
        }
        const wire::web_call in{
            record_of(scope, operation_of(services_, scope, from), whose, request_id, now), from};
        out = co_await route.run(in);
    } catch (const refusal& refused) {
        out = web_refusal(refused);
    } catch (const std::exception& failed) {
        out = web_refusal(refusal_of(failed, request_id));
    }
    out.fields.emplace_back("x-amzn-RequestId", request_id);
    co_return out;
}

// A page can have a browser follow any link, so that a GET does nothing unless it is signed: in a field,
// which no link has, or in the link by a key that we know. Without keys, a signed link may read.
void endpoint::check_get(const signed_request& request, const asked_operation& asked, bool is_signed) const {
    if (request.method != "GET" && request.method != "HEAD") return;
    if (!is_signed)
        throw refusal{"MissingAuthenticationToken", "Request is missing Authentication Token", 403};
    const auto reads = [&](std::string_view verb) { return asked.name.starts_with(verb); };
    if (keys_ || !field(request, "Authorization").empty() || reads("Describe") || reads("Get") ||
        reads("List"))
        return;
    throw wire::access_denied(
        asked, fmt::format("A link could do {} for any page that shows it. Send it by POST, or "
                           "start local AWS with --require-signatures.",
                           asked.name));
}

endpoint_answer endpoint::answer_query(const asked_operation& asked, const signed_request& request,
                                       std::chrono::system_clock::time_point now) {
    const std::string request_id = ground::random_uuid();
    refusal why = internal_failure();
    try {
        const auto whose = wire::credential_of(request);
        if (request.body.size() > query_bytes_max) throw wire::http_refusal(asked, 413);
        const bool in_query = request.method == "GET" || request.method == "HEAD";
        const auto input = wire::parameters::parse(in_query ? request.query : request.body);
        if (keys_) keys_->verify(request, now);
        check_get(request, asked, whose.has_value());
        const query_service* const service = find_service(services_, asked.service);
        if (service == nullptr) throw missing(asked);
        const std::string_view scope = service->identity.scope;
        return {200, "text/xml;charset=UTF-8",
                run(*service, asked, input, record_of(scope, asked.name, whose, request_id, now)), request_id,
                ""};
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        why = refusal_of(failed, request_id);
    }
    return wire::error_answer(asked, why, request_id);
}

std::string endpoint::run(const query_service& service, const asked_operation& asked,
                          const wire::parameters& input, wire::call_record record) {
    const wire::operation* const found = find_operation(service, input);
    if (found == nullptr) throw missing(asked);
    const bool ec2 = service.identity.speaks == wire::dialect::ec2;
    wire::check_members(service.identity, input, *service.model.find(found->name)->input, found->members);
    const wire::response_document document{service.identity, found->name, record.request_id};
    std::vector<std::function<void()>> effects;
    const bool reads = found->name.starts_with("Describe") || found->name.starts_with("Get");
    transaction whole{env_.db, reads ? transaction::purpose::reading : transaction::purpose::writing};
    found->run({std::move(record), input, document.result(), effects});
    if (ec2 && input.boolean("DryRun").value_or(false)) {
        throw refusal{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412};
    }
    whole.commit();
    run_effects(effects);
    return document.to_string();
}

wire::call_record endpoint::record_of(std::string_view service, std::string_view operation,
                                      const std::optional<credential>& whose, const std::string& request_id,
                                      std::chrono::system_clock::time_point now) const {
    return {env_,
            env_.db,
            std::string{service},
            std::string{operation},
            keys_ && whose ? keys_->profile_of(whose->access_key) : "",
            region_of(whose),
            request_id,
            now};
}

std::string endpoint::region_of(const std::optional<credential>& whose) const {
    const std::string region = whose ? whose->region : env_.region;
    if (ground::find_region(region) == nullptr) {
        throw refusal{"SignatureDoesNotMatch",
                      fmt::format("Credential should be scoped to a valid region, not '{}'.", region), 403};
    }
    return region;
}

} // namespace cruddur::cloud::door
