#include "cloud/endpoint.hpp"

#include "cloud/identifiers.hpp"
#include "cloud/regions.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace cruddur::cloud {

namespace {

constexpr std::array services = {ec2_service, sts_service};

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

endpoint_answer unknown_operation(const refusal& why, std::string request_id) {
    const boost::json::value body{{"__type", why.code()}, {"message", why.message()}};
    return {why.status(), "application/x-amz-json-1.1", boost::json::serialize(body), std::move(request_id),
            why.code()};
}

} // namespace

endpoint::endpoint(state& db, std::optional<key_ring> keys, std::string region)
    : db_{db}
    , keys_{std::move(keys)}
    , region_{std::move(region)} {}

endpoint_answer endpoint::answer(const signed_request& request, std::chrono::system_clock::time_point now) {
    const std::string request_id = random_uuid();
    const query_service* service = nullptr;
    refusal why{"InternalFailure",
                "The request processing has failed because of an unknown error, exception or "
                "failure.",
                500};
    try {
        const auto whose = credential_of(request);
        const bool json = !field(request, "X-Amz-Target").empty();
        const auto input = parameters::parse(request.method == "GET" ? request.query
                                             : json                  ? ""
                                                                     : request.body);
        service = find_service(whose, input);
        if (keys_) keys_->verify(request, now);
        if (json || service == nullptr) {
            throw refusal{"UnknownOperationException", "No service here has this operation."};
        }
        const std::string region = whose ? whose->region : region_;
        if (find_region(region) == nullptr) {
            throw refusal{"SignatureDoesNotMatch",
                          fmt::format("Credential should be scoped to a valid region, not '{}'.", region),
                          403};
        }
        return {200, "text/xml;charset=UTF-8", run(*service, input, region, request_id), request_id, ""};
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        spdlog::error("request {} failed: {}", request_id, failed.what());
    }
    if (service == nullptr || why.code() == "UnknownOperationException")
        return unknown_operation(why, request_id);
    return {why.status(), "text/xml;charset=UTF-8", error_document(service->identity, why, request_id),
            request_id, why.code()};
}

std::string endpoint::run(const query_service& service, const parameters& input, const std::string& region,
                          const std::string& request_id) {
    const operation& asked = find_operation(service, input);
    const bool ec2 = service.identity.speaks == dialect::ec2;
    check_members(service.identity, input, asked.members);
    const response_document document{service.identity, asked.name, request_id};
    transaction whole{db_};
    asked.run({db_, input, document.result(), asked.name, region});
    if (ec2 && input.boolean("DryRun").value_or(false)) {
        throw refusal{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412};
    }
    whole.commit();
    return document.to_string();
}

} // namespace cruddur::cloud
