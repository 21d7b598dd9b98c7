#include "aws/call.hpp"

#include "aws/http.hpp"
#include "aws/retry.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include <chrono>
#include <random>
#include <thread>

namespace cruddur::aws {
namespace {

using std::chrono::steady_clock;

// Of one call with all of its attempts.
constexpr std::chrono::seconds call_timeout{90};
constexpr int pages_max = 1000;

std::string operation_of(const service& which, std::string_view action) {
    return fmt::format("{}:{}", which.scope, action);
}

std::string signing_region(const settings& how) {
    // A custom endpoint may do without a region; a signature cannot.
    return how.region.empty() ? "us-east-1" : how.region;
}

result<answer> send_once(const settings& how, const credentials* by, const service& which,
                         std::string_view action, const std::string& url, const std::string& body,
                         std::chrono::milliseconds& server_asks) {
    auto sent = send({.method = "POST",
                      .url = url + "/",
                      .fields = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                      .body = body,
                      .by = by,
                      .region = signing_region(how),
                      .scope = std::string{which.scope},
                      .ca_file = how.ca_file});
    if (!sent) {
        auto failed = sent.error();
        failed.operation = operation_of(which, action);
        return failed;
    }
    server_asks = sent->retry_after;
    return read_answer(sent->status, sent->body, operation_of(which, action));
}

bool has_expired(const error& failed) {
    return failed.code == "ExpiredToken" || failed.code == "ExpiredTokenException";
}

double random_share() {
    static std::mt19937_64 engine{std::random_device{}()};
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
}

} // namespace

answer::answer(std::unique_ptr<pugi::xml_document> document)
    : document_{std::move(document)} {}

pugi::xml_node answer::result() const {
    const pugi::xml_node response = document_->document_element();
    const std::string_view name = response.name();
    constexpr std::string_view suffix = "Response";
    if (!name.ends_with(suffix)) return response;
    const std::string inner = std::string{name.substr(0, name.size() - suffix.size())} + "Result";
    const pugi::xml_node found = response.child(inner.c_str());
    return found ? found : response;
}

result<answer> read_answer(unsigned status, const std::string& body, const std::string& operation) {
    auto document = std::make_unique<pugi::xml_document>();
    const bool parsed = static_cast<bool>(document->load_buffer(body.data(), body.size()));
    if (status == 200 && parsed) return answer{std::move(document)};
    error failed{.operation = operation, .status = status, .sent = true};
    const pugi::xml_node root = document->document_element();
    pugi::xml_node why = root.child("Error");
    if (!why) why = root.child("Errors").child("Error");
    failed.code = why.child_value("Code");
    failed.message = why.child_value("Message");
    failed.request_id = root.child_value("RequestId");
    if (failed.request_id.empty()) failed.request_id = root.child_value("RequestID");
    if (failed.code.empty()) {
        failed.message =
            fmt::format("The endpoint answered with HTTP status {} and no AWS error: is it AWS?", status);
        failed.hint = "Look at AWS_ENDPOINT_URL: something else may listen there.";
    }
    return failed;
}

std::string encode(const service& which, std::string_view action, const parameters& input) {
    std::string body = fmt::format("Action={}&Version={}", action, which.version);
    for (const auto& [name, value] : input) {
        body += '&' + boost::urls::encode(name, boost::urls::unreserved_chars) + '=' +
                boost::urls::encode(value, boost::urls::unreserved_chars);
    }
    return body;
}

result<answer> call_once(const settings& how, const credentials* by, const service& which,
                         std::string_view action, const parameters& input) {
    const auto url = how.endpoint(which);
    if (!url) return url.error();
    std::chrono::milliseconds ignored{0};
    return send_once(how, by, which, action, *url, encode(which, action, input), ignored);
}

client::client(settings how)
    : how_{std::move(how)} {}

result<void> client::refresh() {
    auto keys = find_credentials(how_);
    if (!keys) return keys.error();
    keys_ = std::move(*keys);
    return {};
}

result<answer> client::attempt(const service& which, std::string_view action, const std::string& url,
                               const std::string& body, std::chrono::milliseconds& server_asks) {
    if (!keys_) {
        if (auto found = refresh(); !found) return found.error();
    }
    auto done = send_once(how_, &*keys_, which, action, url, body, server_asks);
    if (done || !has_expired(done.error())) return done;
    // A role's or an instance's keys end while a command waits; the source has new ones by then.
    if (auto found = refresh(); !found) return done;
    return send_once(how_, &*keys_, which, action, url, body, server_asks);
}

result<std::optional<answer>> client::repeat(const service& which, std::string_view action,
                                             const parameters& input,
                                             const std::function<result<bool>()>& is_done) {
    const auto url = how_.endpoint(which);
    if (!url) return url.error();
    const std::string body = encode(which, action, input);
    const auto deadline = steady_clock::now() + call_timeout;
    bool may_have_acted = false;
    for (unsigned tried = 1;; ++tried) {
        std::chrono::milliseconds server_asks{0};
        auto done = attempt(which, action, *url, body, server_asks);
        if (done) return std::optional{std::move(*done)};
        may_have_acted = may_have_acted || done.error().may_have_acted();
        const auto delay = back_off(tried, random_share(), server_asks);
        const bool again =
            tried < how_.attempts_max && may_retry(done.error()) && steady_clock::now() + delay <= deadline;
        if (again) std::this_thread::sleep_for(delay);
        bool knows = true;
        if (may_have_acted && is_done) {
            const auto found = is_done();
            if (found && *found) return std::optional<answer>{};
            knows = found.has_value();
        }
        if (again && knows) continue;
        auto failed = done.error();
        failed.uncertain = may_have_acted;
        return failed;
    }
}

result<answer> client::call(const service& which, std::string_view action, const parameters& input) {
    auto done = repeat(which, action, input, {});
    if (!done) return done.error();
    return std::move(**done);
}

result<std::optional<answer>> client::act(const service& which, std::string_view action,
                                          const parameters& input,
                                          const std::function<result<bool>()>& is_done) {
    auto done = repeat(which, action, input, is_done);
    if (done || !done.error().uncertain) return done;
    auto failed = done.error();
    failed.hint = "The call may have been carried out all the same: `cruddur rds status` tells.";
    return failed;
}

result<void> client::pages(const service& which, std::string_view action, parameters input,
                           const std::function<void(pugi::xml_node)>& take) {
    const bool ec2 = which.scope == ec2_service.scope;
    std::string before;
    for (int page = 0; page < pages_max; ++page) {
        auto done = call(which, action, input);
        if (!done) return done.error();
        const pugi::xml_node result = done->result();
        take(result);
        const std::string next = result.child_value(ec2 ? "nextToken" : "Marker");
        // A service that hands out the same page again would never end.
        if (next.empty() || next == before) return {};
        if (!before.empty()) input.pop_back();
        input.emplace_back(ec2 ? "NextToken" : "Marker", next);
        before = next;
    }
    return {};
}

result<caller_identity> get_caller_identity(client& by) {
    auto done = by.call(sts_service, "GetCallerIdentity", {});
    if (!done) return done.error();
    return caller_identity{done->result().child_value("Account"), done->result().child_value("Arn")};
}

} // namespace cruddur::aws
