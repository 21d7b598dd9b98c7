#pragma once

#include "content/phrases.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cruddur::content {

struct world_params {
    std::uint32_t people = 1'000;
    std::uint32_t activities = 10'000; // posts and replies; ten people at least for any
    std::uint64_t seed = 1;
    std::uint32_t first_number = 1; // of the first of the people: their handles and identities end with it
    std::int64_t now_us = 0;        // since 1970; all of it happened in the seven days before
};

// People and what they have written and done, the same for the same parameters. What is counted is fixed when
// it is made; names and texts are made when they are asked for, since there may be millions.
class world {
public:
    static constexpr std::uint32_t none = 0xffff'ffff;

    struct activity {
        std::int64_t created_at_us = 0;
        std::int64_t expires_at_us = 0;
        std::uint32_t author = 0;
        std::uint32_t parent = none; // the activity that it replies to, an earlier one
        std::uint32_t mentions = none;
        std::uint32_t replies = 0;
        std::uint32_t reposts = 0;
        std::uint32_t likes = 0;
    };
    struct person {
        std::uint32_t cruds = 0;
        std::uint32_t followers = 0;
        std::uint32_t following = 0;
    };
    // Who liked, reposted or followed, and when: the n-th of so many. No two are the same person.
    struct deed {
        std::uint32_t person;
        std::int64_t at_us;
    };

    explicit world(const world_params& params);

    [[nodiscard]] const world_params& params() const { return params_; }
    // Oldest first.
    [[nodiscard]] const std::vector<activity>& activities() const { return activities_; }
    [[nodiscard]] const std::vector<person>& people() const { return people_; }

    // `activity_at` and `person_at` are places in those two.
    [[nodiscard]] deed like(std::uint32_t activity_at, std::uint32_t n) const;
    [[nodiscard]] deed repost(std::uint32_t activity_at, std::uint32_t n) const;
    [[nodiscard]] deed follower(std::uint32_t person_at, std::uint32_t n) const;

    [[nodiscard]] std::string uuid_of_person(std::uint32_t person_at) const;
    [[nodiscard]] std::string uuid_of_activity(std::uint32_t activity_at) const;
    [[nodiscard]] person_name name_of(std::uint32_t person_at) const; // with the number
    [[nodiscard]] std::string text_of(std::uint32_t activity_at) const;
    [[nodiscard]] std::int64_t start_us() const;
    // For what else is thrown about one of them.
    [[nodiscard]] dice thrown(std::uint64_t purpose, std::uint64_t index) const;

private:
    void write_activity(std::uint32_t at);
    [[nodiscard]] deed other_than(std::uint32_t person_at, std::uint64_t purpose, std::uint32_t of,
                                  std::uint32_t n, std::int64_t since_us) const;

    world_params params_;
    std::uint64_t seed_;
    std::vector<activity> activities_;
    std::vector<person> people_;
};

// The uuid of these 128 bits with its version (4 or 7) written in.
[[nodiscard]] std::string uuid_text(std::uint64_t high, std::uint64_t low, unsigned version);

} // namespace cruddur::content
