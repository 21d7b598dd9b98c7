#include "app/pages/lines.hpp"

#include "http/html.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <array>
#include <string_view>

namespace cruddur::app::pages {
namespace {

namespace json = boost::json;
using http::append_html;

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
    append_element(
        out, fmt::format(R"(<header class="byline"><{} class="name"><a class="author" href="/@)", heading),
        handle, R"("><bdi>)");
    append_element(out, "", text_of(activity, "display_name"), fmt::format("</bdi></a></{}>", heading));
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

struct profile_count {
    std::string_view member;
    std::string_view one;
    std::string_view many;
    std::string_view place; // below the profile's, of who they are; "" has none
};

constexpr std::array profile_counts{
    profile_count{"cruds_count", "post", "posts", ""},
    profile_count{"followers_count", "follower", "followers", "/followers"},
    profile_count{"following_count", "following", "following", "/following"},
};

void append_profile_count(std::string& out, const json::object& profile, const profile_count& of) {
    const auto count = number_of(profile, of.member);
    const auto text = fmt::format("<b>{}</b> {}", count, count == 1 ? of.one : of.many);
    out += "<li>";
    if (of.place.empty()) {
        out += text;
    } else {
        append_element(out, R"(<a href="/@)", text_of(profile, "handle"), of.place);
        out.append(R"(">)").append(text).append("</a>");
    }
    out += "</li>";
}

} // namespace

void append_activities(std::string& out, const json::array& activities, std::string_view label) {
    if (activities.empty()) return;
    append_element(out, R"(<div class="panel activities" role="feed" aria-label=")", label, R"(">)");
    for (const auto& each : activities)
        append_article(out, each.as_object(), false);
    out += "</div>";
}

// As web/src/parts/people_page.tsx has it.
void append_people(std::string& out, const json::array& people, std::string_view title, std::string_view of) {
    append_element(out, R"(<div class="head"><h1 class="head-title">)", title, "</h1></div>");
    append_element(out, R"(<p class="people-of"><a dir="ltr" href="/@)", of, R"(">@)");
    append_element(out, "", of, "</a></p>");
    if (people.empty()) return;
    append_element(out, R"(<ul class="panel people" role="list" aria-label=")", title, R"(">)");
    for (const auto& each : people) {
        const json::object& person = each.as_object();
        const auto handle = text_of(person, "handle");
        append_element(out, R"(<li><a class="person" href="/@)", handle, R"(">)");
        out +=
            fmt::format(R"(<span class="avatar" data-hue="{}" aria-hidden="true"></span>)", hue_of(handle));
        append_element(out, R"(<span class="person-names"><bdi class="name">)",
                       text_of(person, "display_name"), "</bdi>");
        append_element(out, R"(<span class="handle" dir="ltr">@)", handle, "</span></span></a></li>");
    }
    out += "</ul>";
}

void append_activity_alone(std::string& out, const json::object& activity) {
    append_article(out, activity, true);
}

// As web/src/parts/profile_card.tsx has it; the buttons' room stays empty.
void append_profile(std::string& out, const json::object& profile) {
    const auto handle = text_of(profile, "handle");
    out += fmt::format(
        R"(<section class="panel profile"><span class="avatar" data-hue="{}" aria-hidden="true">)",
        hue_of(handle));
    out += R"(</span><div class="profile-acts"></div>)";
    append_element(out, R"(<h1 class="name"><bdi>)", text_of(profile, "display_name"), "</bdi></h1>");
    append_element(out, R"(<p class="profile-handle"><span class="handle" dir="ltr">@)", handle,
                   "</span></p>");
    if (const auto* bio = profile.at("bio").if_string(); bio != nullptr && !bio->empty())
        append_element(out, R"(<p class="bio" dir="auto">)", *bio, "</p>");
    out += R"(<ul class="profile-counts" role="list">)";
    for (const auto& each : profile_counts)
        append_profile_count(out, profile, each);
    out += "</ul></section>";
}

} // namespace cruddur::app::pages
