#include "cloud/door/endpoint.hpp"

#include "cloud/door/console.hpp"
#include "cloud/door/missing_operations.hpp"
#include "cloud/ground/crypto.hpp"
#include "cloud/ground/identifiers.hpp"
#include "cloud/ground/regions.hpp"
#include "cloud/iam/access_control.hpp"
#include "cloud/wire/call_recorder.hpp"
#include "cloud/wire/codec.hpp"
#include "cloud/wire/input.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace cruddur::cloud::door {

namespace {

namespace asio = boost::asio;
using ground::transaction;

// The query protocol's largest body is a few hundred permissions; AWS takes no more than this either.
constexpr std::size_t query_bytes_max = 1024UL * 1024;

// To digest a larger body, or to parse it, is nothing for the loop.
constexpr std::size_t quick_bytes_max = 1024UL * 1024;

refusal internal_failure() {
    return {"InternalFailure",
            "The request processing has failed because of an unknown error, exception or failure.", 500};
}

// What the caller is told of a failure that is none of an operation's refusals.
refusal refusal_of(const std::exception& failed, const call& in) {
    spdlog::error("request {} failed: {} {} of {} in {}: {}", in.request_id, in.service, in.operation,
                  in.caller.empty() ? "(anybody)" : in.caller, in.region, failed.what());
    const auto* const unwritten = dynamic_cast<const ground::state_error*>(&failed);
    if (unwritten == nullptr || !unwritten->may_pass()) return internal_failure();
    return {"ServiceUnavailable", "The request has failed due to a temporary failure of the server.", 503};
}

void check_scope(const std::optional<credential>& whose, std::string_view scope, unsigned status) {
    if (!whose || scope.empty() || whose->service == scope) return;
    throw refusal{"InvalidSignatureException",
                  fmt::format("Credential should be scoped to correct service: '{}'.", scope), status};
}

bool only_reads(std::string_view operation) {
    constexpr std::array<std::string_view, 6> verbs{"Describe", "Filter", "Get", "List", "Lookup", "Test"};
    return std::ranges::any_of(verbs, [&](std::string_view each) { return operation.starts_with(each); });
}

// What happens after the commit cannot undo it, nor may one effect keep the others from happening.
void run_effects(const call& in) {
    for (const auto& effect : in.effects) {
        try {
            effect();
        } catch (const std::exception& failed) {
            spdlog::error("after {} {} was committed: {}", in.service, in.operation, failed.what());
        }
    }
}

} // namespace

endpoint::endpoint(wire::environment& env, service_list services, std::optional<key_ring> keys)
    : env_{env}
    , services_{services}
    , keys_{std::move(keys)} {}

asio::awaitable<endpoint_answer> endpoint::answer(const http::request& from,
                                                  std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const asked_operation asked = wire::what_was_asked(wire::to_sign(from), services_);
    call in = record_of(asked, now);
    in.peer = from.peer;
    in.user_agent = from.field("User-Agent").value_or("");
    refusal why = internal_failure();
    auto& recorder = env_.part<wire::call_recorder>();
    try {
        endpoint_answer out = co_await run(asked, from, in);
        recorder.record(in, asked, nullptr, from.body.size());
        co_return out;
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        why = refusal_of(failed, in);
    }
    // Nobody's account has the calls of who is not known.
    if (in.is_identified) recorder.record(in, asked, &why, from.body.size());
    endpoint_answer out = wire::error_answer(asked, why, in.request_id);
    out.is_public = asked.row != nullptr && asked.row->is_public;
    co_return out;
}

asio::awaitable<endpoint_answer> endpoint::run(const asked_operation& asked, const http::request& from,
                                               call& in) {
    const bool is_query = asked.speaks == wire::protocol::query || asked.speaks == wire::protocol::ec2;
    const bool is_public = asked.row != nullptr && asked.row->is_public;
    if (is_query && from.body.size() > query_bytes_max) throw wire::http_refusal(asked, 413);
    // A scope tells the query protocol's services apart, and so is always the right one.
    const std::string_view scope = is_query || asked.row == nullptr ? "" : asked.here->model.service;
    const unsigned scope_status = asked.speaks == wire::protocol::json ? 400 : 403;
    if (!is_public) co_await identify(from, {scope, scope_status, asked.speaks, asked.row != nullptr}, in);
    in.is_identified = true;
    if (is_query) check_get(from, asked);
    if (asked.row == nullptr && is_query && asked.here != nullptr) wire::check_action(*asked.here, from);
    if (asked.row == nullptr) throw missing(in, asked);
    auto& access = env_.part<iam::access_control>();
    try {
        if (from.body.size() > quick_bytes_max)
            in.input = co_await wire::offload(
                env_, [&] { return wire::read_input(*asked.here, *asked.row, from, asked.speaks); });
        else
            in.input = wire::read_input(*asked.here, *asked.row, from, asked.speaks);
    } catch (const refusal&) {
        // Who may not do it at all is not told what is wrong with how he asks.
        if (!is_public) access.check(in, asked.speaks, false);
        throw;
    }
    if (!is_public) access.check(in, asked.speaks, true);
    const auto* const at_once = std::get_if<wire::handler_at_once>(&asked.row->run);
    if (at_once != nullptr) {
        in.transaction = std::make_unique<transaction>(
            in.db, only_reads(in.operation) ? transaction::purpose::reading : transaction::purpose::writing);
        in.answer = (*at_once)(in);
    } else {
        in.answer = co_await std::get<wire::handler_in_time>(asked.row->run)(in);
    }
    if (asked.speaks == wire::protocol::ec2 && wire::is_true(in.input, "DryRun"))
        throw refusal{"DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412};
    // Written before it is committed: an answer that cannot be sent is of a call that has not happened.
    endpoint_answer out = wire::write_answer(*asked.here, *asked.here->model.find(in.operation), in.answer,
                                             in.request_id, asked.speaks);
    if (asked.speaks == wire::protocol::json)
        out.content_type = fmt::format("application/x-amz-json-{}", asked.json_version);
    if (in.transaction) in.transaction->commit();
    run_effects(in);
    out.is_public = is_public;
    co_return out;
}

endpoint_answer endpoint::refuse(const http::request& from, unsigned status,
                                 std::chrono::system_clock::time_point now) {
    const signed_request request = wire::to_sign(from);
    const asked_operation asked = wire::what_was_asked(request, services_);
    const call in = record_of(asked, now);
    if (status != 404 && status != 405)
        return wire::error_answer(asked, wire::http_refusal(asked, status), in.request_id);
    try {
        if (keys_) keys_->verify(request, now);
    } catch (const refusal& refused) {
        return wire::error_answer(asked, refused, in.request_id);
    }
    // What browsers look for of themselves, such as an icon, nobody misses.
    const bool is_page = from.field("Sec-Fetch-Site") && asked.service.empty();
    return wire::error_answer(asked, is_page ? wire::missing_operation(asked) : missing(in, asked),
                              in.request_id);
}

http::response endpoint::to_response(endpoint_answer from) {
    http::response out;
    out.status = from.status;
    if (!from.error_code.empty() && from.content_type.starts_with("application/")) {
        out.fields.emplace_back("x-amzn-ErrorType", from.error_code);
    }
    if (from.content_type == "application/cbor") out.fields.emplace_back("smithy-protocol", "rpc-v2-cbor");
    out.content_type = std::move(from.content_type);
    out.body = http::body_bytes::of(std::move(from.body));
    std::ranges::move(from.fields, std::back_inserter(out.fields));
    out.fields.emplace_back("x-amzn-RequestId", std::move(from.request_id));
    return out;
}

refusal endpoint::missing(const call& in, const asked_operation& asked) {
    env_.part<missing_operations>().count(in);
    return wire::missing_operation(asked);
}

asio::awaitable<http::response> endpoint::answer(const web_route& route, const http::request& from,
                                                 std::chrono::system_clock::time_point now) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    const asked_operation asked = wire::what_was_asked(wire::to_sign(from), services_);
    wire::web_call in{record_of(asked, now), from};
    in.peer = from.peer;
    in.user_agent = from.field("User-Agent").value_or("");
    refusal why = internal_failure();
    try {
        using enum web_route::access;
        if (route.open_to == credentials || route.open_to == visitors) co_await identify(from, {}, in);
        http::response out = co_await route.run(in);
        out.fields.emplace_back("x-amzn-RequestId", in.request_id);
        co_return out;
    } catch (const refusal& refused) {
        why = refused;
    } catch (const std::exception& failed) {
        why = refusal_of(failed, in);
    }
    co_return to_response(wire::error_answer(asked, why, in.request_id));
}

const key_ring* endpoint::required_of(const http::request& from) const {
    if (keys_) return &*keys_;
    return is_from_page(from) ? &env_.part<console>().keys() : nullptr;
}

asio::awaitable<void> endpoint::identify(const http::request& from, identification with, call& in) const {
    const signed_request request = wire::to_sign(from);
    const auto whose = wire::credential_of(request);
    const key_ring* keys = required_of(from);
    if (whose) in.whose.access_key = whose->access_key;
    // A page's calls are the console's, or of a key that was typed into it.
    std::optional<key_ring> given;
    if (whose && (keys_ || !is_from_page(from))) given = key_of_iam(request, *whose, with.speaks, in);
    if (!given && keys == nullptr && whose && whose->access_key == wire::local_key &&
        env_.part<iam::access_control>().enforces()) {
        given.emplace().add(wire::local_key, wire::local_key); // the root's
    }
    if (given) keys = &*given;
    if (keys != nullptr && from.body.size() > quick_bytes_max)
        co_await wire::offload(env_, [&] { keys->verify(request, in.now); });
    else if (keys != nullptr)
        keys->verify(request, in.now);
    else
        check_known(whose, with);
    check_scope(whose, with.scope, with.scope_status);
    in.region = region_of(whose);
    if (keys != nullptr && whose && !given) in.caller = keys->profile_of(whose->access_key);
}

std::optional<key_ring> endpoint::key_of_iam(const signed_request& request, const credential& whose,
                                             wire::protocol speaks, call& in) const {
    auto found = env_.part<iam::access_control>().find_key(whose.access_key, in.now);
    if (!found) return std::nullopt;
    if (!ground::equals_secret(found->session_token, wire::session_token_of(request)))
        throw iam::invalid_key(speaks);
    if (found->has_expired) throw iam::expired_key(speaks);
    in.whose = std::move(found->whose);
    key_ring out;
    out.add(whose.access_key, std::move(found->secret));
    return out;
}

void endpoint::check_known(const std::optional<credential>& whose, identification with) const {
    if (!with.must_be_known || !env_.part<iam::access_control>().enforces()) return;
    if (!whose) throw iam::missing_key(with.speaks);
    if (whose->access_key != wire::local_key) throw iam::invalid_key(with.speaks);
}

// A page can have a browser follow any link, so that a GET does nothing unless it is signed: in a field,
// which no link has, or in the link by a key that we know. Without keys, a signed link may read.
void endpoint::check_get(const http::request& from, const asked_operation& asked) const {
    if (from.method != http::verb::get && from.method != http::verb::head) return;
    if (!wire::credential_of(wire::to_sign(from)))
        throw refusal{"MissingAuthenticationToken", "Request is missing Authentication Token", 403};
    if (keys_ || from.field("Authorization") || only_reads(asked.name)) return;
    throw wire::access_denied(
        asked, fmt::format("A link could do {} for any page that shows it. Send it by POST, or "
                           "start local AWS with --require-signatures.",
                           asked.name));
}

call endpoint::record_of(const asked_operation& asked, std::chrono::system_clock::time_point now) const {
    return {.env = env_,
            .db = env_.db,
            .now = now,
            .request_id = ground::random_uuid(),
            .service = asked.service,
            .operation = asked.name,
            .region = env_.region};
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
