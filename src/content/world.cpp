#include "content/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

namespace cruddur::content {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t day_us = 24 * hour_us;
constexpr std::int64_t span_us = 7 * day_us;
constexpr std::uint32_t deeds_max = 20'000; // of one post or person

// What a throw is for: each has a sequence of its own.
enum purpose : std::uint64_t {
    of_person,
    of_activity,
    of_text,
    of_like,
    of_repost,
    of_follower,
    of_time,
    of_uuid
};

// Of so many people, the first are the busiest by far.
std::uint32_t busy_one(dice& thrown, std::uint32_t people) {
    const double at = thrown.unit();
    return std::min(static_cast<std::uint32_t>(at * at * people), people - 1);
}

std::int64_t time_to_live(std::int64_t age_us, dice& thrown) {
    const std::uint32_t choice = thrown.below(10);
    if (choice == 0 && age_us < 11 * hour_us) return 12 * hour_us;
    if (choice <= 2 && age_us < 23 * hour_us) return day_us;
    if (choice <= 6 && age_us < 6 * day_us) return 7 * day_us;
    return 30 * day_us;
}

// Most reply to what is new; some to what everybody replies to.
std::uint32_t parent_of(std::uint32_t at, dice& thrown) {
    constexpr std::uint32_t talked_about = 500; // one in so many
    if (thrown.below(5) == 0) return (at - 1) / talked_about * talked_about;
    return at - 1 - std::min(thrown.heavy(3, 0.8, at), at - 1);
}

} // namespace

std::string uuid_text(std::uint64_t high, std::uint64_t low, unsigned version) {
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                       (high & 0xfff) | version << 12, (low >> 48 & 0x3fff) | 0x8000, low & 0xffff'ffff'ffff);
}

world::world(const world_params& params)
    : params_(params)
    , seed_(dice{params.seed, params.first_number, params.people}.bits())
    , people_(params.people) {
    activities_.reserve(params_.activities);
    for (std::uint32_t at = 0; at < params_.activities; ++at)
        write_activity(at);
    for (std::uint32_t at = 0; at < params_.people; ++at) {
        people_[at].followers =
            thrown(of_follower, at).heavy(1.0, 1.2, std::min(deeds_max, params_.people / 3));
        for (std::uint32_t n = 0; n < people_[at].followers; ++n)
            ++people_[follower(at, n).person].following;
    }
}

std::int64_t world::start_us() const {
    return params_.now_us - span_us;
}

dice world::thrown(std::uint64_t purpose, std::uint64_t index) const {
    return {seed_, purpose, index};
}

void world::write_activity(std::uint32_t at) {
    dice own = thrown(of_activity, at);
    activity made;
    const auto step = span_us / static_cast<std::int64_t>(params_.activities);
    made.created_at_us =
        start_us() + step * at + static_cast<std::int64_t>(own.unit() * static_cast<double>(step));
    made.author = busy_one(own, params_.people);
    made.parent = at > 10 && own.below(4) == 0 ? parent_of(at, own) : none;
    made.expires_at_us = made.created_at_us + time_to_live(params_.now_us - made.created_at_us, own);
    if (made.parent != none) {
        ++activities_[made.parent].replies;
        made.expires_at_us = activities_[made.parent].expires_at_us; // a reply lives as long as its parent
    }
    if (own.below(20) == 0) {
        const std::uint32_t mentioned = busy_one(own, params_.people);
        if (mentioned != made.author && (made.parent == none || mentioned != activities_[made.parent].author))
            made.mentions = mentioned;
    }
    made.likes = own.heavy(0.3, 1.2, std::min(deeds_max, params_.people / 2));
    made.reposts = own.heavy(0.08, 1.2, std::min(deeds_max, params_.people / 4));
    ++people_[made.author].cruds;
    activities_.push_back(made);
}

// Steps through everybody by a stride that has no divisor in common with their number, leaving out the person
// whom it is about.
world::deed world::other_than(std::uint32_t person_at, std::uint64_t purpose, std::uint32_t of,
                              std::uint32_t n, std::int64_t since_us) const {
    const std::uint64_t others = params_.people - 1;
    dice own = thrown(purpose, of + 1'000'000'007ULL);
    const std::uint64_t start = own.below(static_cast<std::uint32_t>(others));
    std::uint64_t stride = 1 + own.below(static_cast<std::uint32_t>(others));
    while (std::gcd(stride, others) != 1)
        ++stride;
    const auto place = static_cast<std::uint32_t>((start + stride * n) % others);
    const double late = thrown(purpose + of_time * 100, std::uint64_t{of} << 20 | n).unit();
    const auto passed = static_cast<double>(params_.now_us - since_us) * late * late;
    return {place < person_at ? place : place + 1, since_us + static_cast<std::int64_t>(passed)};
}

world::deed world::like(std::uint32_t activity_at, std::uint32_t n) const {
    const auto& liked = activities_[activity_at];
    return other_than(liked.author, of_like, activity_at, n, liked.created_at_us);
}
world::deed world::repost(std::uint32_t activity_at, std::uint32_t n) const {
    const auto& reposted = activities_[activity_at];
    return other_than(reposted.author, of_repost, activity_at, n, reposted.created_at_us);
}
world::deed world::follower(std::uint32_t person_at, std::uint32_t n) const {
    return other_than(person_at, of_follower, person_at, n, start_us());
}

std::string world::uuid_of_person(std::uint32_t person_at) const {
    dice own = thrown(of_uuid, person_at);
    const auto high = own.bits();
    return uuid_text(high, own.bits(), 4);
}

std::string world::uuid_of_activity(std::uint32_t activity_at) const {
    dice own = thrown(of_uuid + 1, activity_at);
    const auto ms = static_cast<std::uint64_t>(activities_[activity_at].created_at_us / 1'000);
    const auto high = own.bits();
    return uuid_text(ms << 16 | (high & 0xffff), own.bits(), 7);
}

person_name world::name_of(std::uint32_t person_at) const {
    dice own = thrown(of_person, person_at);
    person_name made = name_by(own);
    made.handle += std::to_string(params_.first_number + person_at);
    return made;
}

std::string world::text_of(std::uint32_t activity_at) const {
    dice own = thrown(of_text, activity_at);
    const auto& written = activities_[activity_at];
    std::string made = written.parent == none ? post_by(own) : reply_by(own);
    if (written.mentions != none) made += " @" + name_of(written.mentions).handle;
    return made;
}

} // namespace cruddur::content
