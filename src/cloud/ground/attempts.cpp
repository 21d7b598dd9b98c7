#include "cloud/ground/attempts.hpp"

#include "cloud/ground/refusal.hpp"
#include "cloud/ground/state.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <exception>

namespace cruddur::cloud::ground {

namespace {

constexpr auto log_again_after = std::chrono::minutes(1);

std::string text_of(const std::exception& failed) {
    const auto* const refused = dynamic_cast<const refusal*>(&failed);
    return refused == nullptr ? failed.what() : fmt::format("{}: {}", refused->code(), refused->message());
}

} // namespace

bool attempts::turn(const std::string& name, const std::function<void()>& work) {
    try {
        return step(name, work);
    } catch (const state_error& failed) {
        tell(name, failed.what());
        return false;
    }
}

bool attempts::step(const std::string& name, const std::function<void()>& work) {
    try {
        work();
    } catch (const std::exception& failed) {
        const auto* const of_state = dynamic_cast<const state_error*>(&failed);
        if (of_state != nullptr && of_state->may_pass()) throw;
        tell(name, text_of(failed));
        return false;
    }
    went_well(name);
    return true;
}

void attempts::tell(const std::string& name, const std::string& why) {
    const auto now = clock::now();
    // What is not tried any more, such as for an object that was deleted, is forgotten.
    std::erase_if(failing_, [&](const auto& each) { return now - each.second > 2 * log_again_after; });
    const auto [found, is_new] = failing_.try_emplace(name, now);
    if (!is_new && now - found->second < log_again_after) return;
    found->second = now;
    spdlog::warn("{} failed, and is tried again: {}", name, why);
}

void attempts::went_well(const std::string& name) {
    if (failing_.erase(name) > 0) spdlog::info("{} goes well again", name);
}

} // namespace cruddur::cloud::ground
