#include "cloud/ground/owed_writes.hpp"

#include "cloud/ground/state.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace cruddur::cloud::ground {

namespace {

constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr auto longest_pause = std::chrono::seconds(5);

} // namespace

owed_writes::owed_writes(const boost::asio::any_io_executor& loop)
    : retry_{first_pause, longest_pause}
    , timer_{loop} {}

void owed_writes::owe(std::string name, std::function<void()> write, std::function<void()> then) {
    one what{std::move(name), std::move(write), std::move(then)};
    if (owed_.empty() && attempt(what) != outcome::failed) {
        if (what.then) what.then();
        return;
    }
    if (owed_.size() >= owed_max || closed_) {
        spdlog::error("{} is not written down", what.name);
        if (what.then) what.then();
        return;
    }
    owed_.push_back(std::move(what));
    if (owed_.size() == 1) wait();
}

owed_writes::outcome owed_writes::attempt(const one& what) {
    try {
        what.write();
        return outcome::written;
    } catch (const state_error& failed) {
        if (failed.may_pass()) {
            if (retry_.failures() == 0) {
                spdlog::warn("{} cannot be written down, and is tried again: {}", what.name, failed.what());
            }
            return outcome::failed;
        }
        spdlog::error("{} is not written down: {}", what.name, failed.what());
    } catch (const std::exception& failed) {
        spdlog::error("{} is not written down: {}", what.name, failed.what());
    }
    return outcome::lost;
}

void owed_writes::pay() {
    while (!owed_.empty()) {
        if (attempt(owed_.front()) == outcome::failed) return wait();
        const one done = std::move(owed_.front());
        owed_.pop_front();
        if (done.then) done.then(); // which may owe more
    }
    retry_ = back_off{first_pause, longest_pause};
    spdlog::info("What was owed to the state is written down");
}

void owed_writes::wait() {
    retry_.failed(back_off::clock::now());
    timer_.expires_at(retry_.next());
    timer_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) pay();
    });
}

void owed_writes::close() {
    closed_ = true;
    timer_.cancel();
    const auto all = std::exchange(owed_, {});
    for (const one& each : all) {
        if (attempt(each) == outcome::failed) spdlog::error("{} is not written down", each.name);
        if (each.then) each.then();
    }
}

} // namespace cruddur::cloud::ground
