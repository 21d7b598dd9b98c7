#include "app/pages/lines.hpp"

#include "app/pages/html.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <string_view>

namespace cruddur::app::pages {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::object& from, std::string_view name) {
    return from.at(name).as_string();
}

std::int64_t number_of(const json::object& from, std::string_view name) {
    return from.at(name).to_number<std::int64_t>();
}

// The colour of a handle, as web/src/parts/avatar.tsx has it.
unsigned hue_of(std::string_view handle) {
    unsigned sum = 0;
    for (const char letter : handle) {
        const bool upper = letter >= 'A' && letter <= 'Z';
        sum = (sum * 31 + static_cast<unsigned char>(letter) + (upper ? 32 : 0)) % 997;
    }
    return sum % 8;
}

void append_element(std::string& out, std::string_view begin, std::string_view text, std::string_view end) {
    out += begin;
    append_html(out, text);
    out += end;
}

void append_count(std::string& out, std::int64_t count, std::string_view one, std::string_view many) {
    out += fmt::format(R"(<li class="count">{} {}</li>)", count, count == 1 ? one : many);
}

void append_byline(std::string& out, const json::object& activity, std::string_view heading) {
    const auto handle = text_of(activity, "handle");
    out += fmt::format(R"(<span class="avatar" data-hue="{}" aria-hidden="true"></span>)", hue_of(handle));
    append_element(out, fmt::format(R"(<header class="byline"><{} class="name"><bdi>)", heading),
                   text_of(activity, "display_name"), fmt::format("</bdi></{}>", heading));
    append_element(out, R"(<span class="handle" dir="ltr">@)", handle, "</span>");
    append_element(out, R"(<a class="when" href="/@)", handle, "/status/");
    append_element(out, "", text_of(activity, "uuid"), R"("><time datetime=")");
    const auto created = text_of(activity, "created_at");
    append_element(out, "", created, R"(">)");
    append_element(out, "", created.substr(0, 10), " ");
    append_element(out, "", created.size() < 16 ? "" : created.substr(11, 5), " UTC</time></a></header>");
}

void append_article(std::string& out, const json::object& activity, bool alone) {
    out += alone ? R"(<article class="panel activity activity-alone">)" : R"(<article class="activity">)";
    append_byline(out, activity, alone ? "h1" : "h2");
    append_element(out, R"(<p class="message" dir="auto">)", text_of(activity, "message"), "</p>");
    out += R"(<footer class="facts"><ul class="counts" role="list">)";
    append_count(out, number_of(activity, "replies_count"), "reply", "replies");
    append_count(out, number_of(activity, "reposts_count"), "repost", "reposts");
    append_count(out, number_of(activity, "likes_count"), "like", "likes");
    out += "</ul></footer></article>";
}

} // namespace

void append_activities(std::string& out, const json::array& activities, std::string_view label) {
    if (activities.empty()) return;
    append_element(out, R"(<div class="panel activities" role="feed" aria-label=")", label, R"(">)");
    for (const auto& each : activities)
        append_article(out, each.as_object(), false);
    out += "</div>";
}

void append_activity_alone(std::string& out, const json::object& activity) {
    append_article(out, activity, true);
}

} // namespace cruddur::app::pages
