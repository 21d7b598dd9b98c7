#pragma once

#include "aws/credentials.hpp"
#include "aws/error.hpp"
#include "aws/settings.hpp"

#include <pugixml.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cruddur::aws {

// An operation's input, flattened as the query protocol writes it: {"Filter.1.Value.1", "sg-…"}.
using parameters = std::vector<std::pair<std::string, std::string>>;

// What an operation answered.
class answer {
public:
    explicit answer(std::unique_ptr<pugi::xml_document> document);
    // <XResult> in the query protocol, <XResponse> in EC2's. Lives as long as the answer.
    [[nodiscard]] pugi::xml_node result() const;

private:
    std::unique_ptr<pugi::xml_document> document_;
};

// Reads the body of an answer: its result where the status is 200, otherwise AWS's code, message and request
// id, in either dialect. What is no XML fails with the status alone.
[[nodiscard]] result<answer> read_answer(unsigned status, const std::string& body,
                                         const std::string& operation);

// A caller of AWS's query protocol, signed, each call within a deadline, with retries and back-off. Blocks
// its thread; no thread safety. Credentials are found at the first call, and once again where they have
// expired.
class client {
public:
    explicit client(settings how);

    // For what may be done twice: doing it again is doing it once.
    [[nodiscard]] result<answer> call(const service& which, std::string_view action, const parameters& input);
    // For what acts once. An attempt that met a 5xx or lost its answer may have been carried out: `is_done`
    // then looks for what it has left, before the next attempt and after one that is refused; where it cannot
    // tell, nothing is sent again. nullopt where that is found. An error that is `uncertain` leaves open
    // whether anything was done.
    [[nodiscard]] result<std::optional<answer>> act(const service& which, std::string_view action,
                                                    const parameters& input,
                                                    const std::function<result<bool>()>& is_done);
    // Calls until there is no further page (RDS's Marker, EC2's NextToken) and hands each page's result to
    // `take`. At most 1000 pages.
    [[nodiscard]] result<void> pages(const service& which, std::string_view action, parameters input,
                                     const std::function<void(pugi::xml_node)>& take);

    [[nodiscard]] const settings& how() const { return how_; }

private:
    [[nodiscard]] result<answer> attempt(const service& which, std::string_view action,
                                         const std::string& url, const std::string& body,
                                         std::chrono::milliseconds& server_asks);
    [[nodiscard]] result<std::optional<answer>> repeat(const service& which, std::string_view action,
                                                       const parameters& input,
                                                       const std::function<result<bool>()>& is_done);
    [[nodiscard]] result<void> refresh();

    settings how_;
    std::optional<credentials> keys_;
};

// The same with keys at hand and no retries: for finding credentials.
[[nodiscard]] result<answer> call_once(const settings& how, const credentials* by, const service& which,
                                       std::string_view action, const parameters& input);

// Who calls. Every caller may ask.
struct caller_identity {
    std::string account{};
    std::string arn{};
};
[[nodiscard]] result<caller_identity> get_caller_identity(client& by);

// The body of a call.
[[nodiscard]] std::string encode(const service& which, std::string_view action, const parameters& input);

} // namespace cruddur::aws
