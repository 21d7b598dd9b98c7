#include "cloud/trail/recorder.hpp"

#include "cloud/ground/back_off.hpp"
#include "cloud/iam/iam_store.hpp"
#include "cloud/trail/trail_files.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cruddur::cloud::trail {

namespace {

using namespace std::chrono_literals;

// So that calls which come close together are one transaction.
constexpr auto gather_for = 20ms;
constexpr auto deliver_every = 2s;
constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 5s;
constexpr std::size_t batch_max = 1'000;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

constexpr std::string_view global_region = "us-east-1";

} // namespace

recorder::recorder(boost::asio::any_io_executor loop, ground::state& db, const iam::access_control& access,
                   const std::filesystem::path& folder)
    : loop_{std::move(loop)}
    , db_{db}
    , access_{access}
    , files_{folder / "trails"}
    , store_{folder / "calls"}
    , reader_{folder / "calls"} {
    read_trails();
}

recorder::~recorder() {
    stop();
}

void recorder::listen(listener heard) {
    heard_ = std::move(heard);
}

void recorder::start() {
    thread_ = std::thread{[this] { run(); }};
}

void recorder::stop() {
    if (!thread_.joinable()) return;
    {
        const std::scoped_lock held{mutex_};
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void recorder::read_trails() {
    std::vector<kept_trail> all = all_trails(db_);
    const std::scoped_lock held{mutex_};
    trails_ = std::move(all);
}

caller_facts recorder::facts_of(const wire::call& done, bool is_public) const {
    using kind = wire::identity::kind;
    caller_facts out;
    if (is_public) {
        out.type = "Unknown";
        return out;
    }
    out.access_key = done.whose.access_key;
    out.arn = access_.arn_of(done.whose);
    out.principal_id = access_.id_of(done.whose);
    switch (done.whose.is) {
    case kind::root:
        out.type = "Root";
        out.username = "root";
        break;
    case kind::user:
        out.type = "IAMUser";
        out.username = done.whose.name;
        break;
    case kind::session:
        out.type = "AssumedRole";
        out.username = done.whose.session;
        out.role = done.whose.name;
        if (const auto role = iam::find_principal(db_, iam::principal_kind::role, out.role)) {
            out.role_arn = role->arn();
            out.role_id = role->id;
        }
        break;
    }
    return out;
}

void recorder::record(wire::call& done, const wire::asked_operation& asked, const wire::refusal* why,
                      std::size_t body_bytes) noexcept {
    try {
        if (asked.row == nullptr) return;
        const std::string_view service = asked.here->model.service;
        if (!is_management(service, done.operation)) return;
        finished_call out{.of = asked.here,
                          .operation = asked.here->model.find(done.operation),
                          .at = done.now,
                          .request_id = done.request_id,
                          .region = is_global(service) ? std::string{global_region} : done.region,
                          .caller = facts_of(done, asked.row->is_public),
                          .peer = done.peer,
                          .user_agent = done.user_agent,
                          .input = std::move(done.input),
                          .body_bytes = body_bytes};
        if (why != nullptr) {
            out.error_code = why->code();
            out.error_message = why->message();
        } else if (!is_read_only(service, done.operation)) {
            out.answer = std::move(done.answer);
        }
        enqueue(std::move(out));
    } catch (const std::exception& failed) {
        spdlog::error("{} {} is not recorded: {}", done.service, done.operation, failed.what());
    }
}

void recorder::enqueue(finished_call done) {
    const std::scoped_lock held{mutex_};
    const bool is_full = waiting_.size() + unwritten_count_ >= waiting_max ||
                         (!waiting_.empty() && waiting_bytes_ + done.body_bytes > waiting_bytes_max);
    if (is_full) {
        if (lost_++ == 0) spdlog::error("Calls are no longer recorded: too many wait to be written down");
        return;
    }
    waiting_bytes_ += done.body_bytes;
    waiting_.push_back(std::move(done));
    if (waiting_.size() == 1) changed_.notify_one();
}

bool recorder::pause(std::chrono::milliseconds length) {
    std::unique_lock held{mutex_};
    return !changed_.wait_for(held, length, [this] { return stopping_; });
}

std::vector<finished_call> recorder::take_waiting() {
    std::vector<finished_call> out;
    const std::scoped_lock held{mutex_};
    const std::size_t count = std::min(waiting_.size(), batch_max);
    for (std::size_t i = 0; i < count; ++i) {
        waiting_bytes_ -= waiting_.front().body_bytes;
        out.push_back(std::move(waiting_.front()));
        waiting_.pop_front();
    }
    unwritten_count_ += count;
    if (lost_ > 0) spdlog::error("{} calls were not recorded", std::exchange(lost_, 0));
    return out;
}

void recorder::tell(std::vector<told_event> events) {
    if (!heard_) return;
    auto shared = std::make_shared<std::vector<told_event>>(std::move(events));
    boost::asio::post(loop_, [this, shared] { heard_(*shared); });
}

void recorder::write() {
    ground::back_off retry{first_pause, longest_pause};
    while (!unwritten_.empty()) {
        bool may_pass = true;
        std::string why;
        try {
            store_.add(unwritten_, now_ms());
            if (retry.failures() > 0) spdlog::info("Calls are recorded again");
            break;
        } catch (const ground::state_error& failed) {
            may_pass = failed.may_pass();
            why = failed.what();
        } catch (const std::exception& failed) {
            may_pass = false;
            why = failed.what();
        }
        if (retry.failures() == 0) spdlog::warn("calls cannot be recorded, and are tried again: {}", why);
        retry.failed(clock::now());
        const auto length = std::chrono::ceil<std::chrono::milliseconds>(retry.next() - clock::now());
        if (!may_pass || !pause(std::max(length, 1ms))) {
            spdlog::error("{} calls are not recorded: {}", unwritten_.size(), why);
            break;
        }
    }
    unwritten_.clear();
    const std::scoped_lock held{mutex_};
    unwritten_count_ = 0;
}

void recorder::deliver() {
    std::vector<kept_trail> trails;
    {
        const std::scoped_lock held{mutex_};
        trails = trails_;
    }
    for (const kept_trail& each : trails) {
        if (each.started_ms == 0) continue;
        try {
            while (deliver_files(store_, each, files_, now_ms())) {
            }
        } catch (const std::exception& failed) {
            spdlog::warn("the files of trail {} are written later: {}", each.name, failed.what());
        }
    }
}

void recorder::run() {
    for (bool goes_on = true; goes_on;) {
        {
            std::unique_lock held{mutex_};
            changed_.wait_until(held, next_delivery_, [this] { return stopping_ || !waiting_.empty(); });
            goes_on = !stopping_;
        }
        if (goes_on) goes_on = pause(gather_for);
        for (std::vector<finished_call> calls = take_waiting(); !calls.empty(); calls = take_waiting()) {
            std::vector<told_event> events;
            for (finished_call& each : calls) {
                try {
                    events.push_back(event_of(each));
                    unwritten_.push_back(events.back().event);
                } catch (const std::exception& failed) {
                    spdlog::error("{} is not recorded: {}", each.operation->name, failed.what());
                }
            }
            tell(std::move(events));
            write();
        }
        if (clock::now() >= next_delivery_ || !goes_on) {
            deliver();
            next_delivery_ = clock::now() + deliver_every;
        }
    }
}

} // namespace cruddur::cloud::trail
