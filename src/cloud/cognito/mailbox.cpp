#include "cloud/cognito/mailbox.hpp"

#include "http/html.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <ranges>
#include <utility>

namespace cruddur::cloud::cognito {

namespace {

std::string time_text(std::int64_t seconds) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

} // namespace

void mailbox::put(message sent) {
    messages_.push_back(std::move(sent));
    if (messages_.size() > messages_max) messages_.pop_front();
}

std::string mailbox::to_json(std::string_view to) const {
    boost::json::array out;
    for (const message& each : std::views::reverse(messages_)) {
        if (!to.empty() && each.to != to) continue;
        out.emplace_back(boost::json::object{{"to", each.to},
                                             {"subject", each.subject},
                                             {"body", each.body},
                                             {"code", each.code},
                                             {"sent_at", time_text(each.sent_at)}});
    }
    return boost::json::serialize(boost::json::object{{"messages", std::move(out)}});
}

std::string mailbox::to_html() const {
    std::string out = "<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=5>"
                      "<meta name=viewport content='width=device-width'><title>Mailbox</title>"
                      "<style>body{font:16px sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}"
                      "article{border-bottom:1px solid #ccc;padding:.5rem 0}time{color:#555}</style>"
                      "<h1>Mailbox</h1>";
    if (messages_.empty()) out += "<p>Nothing has been sent yet.";
    for (const message& each : std::views::reverse(messages_)) {
        out += fmt::format("<article><time>{}</time> to <b>", time_text(each.sent_at));
        http::append_html(out, each.to);
        out += "</b><p>";
        http::append_html(out, each.subject);
        out += "<p>";
        http::append_html(out, each.body);
        out += "</article>";
    }
    return out;
}

} // namespace cruddur::cloud::cognito
