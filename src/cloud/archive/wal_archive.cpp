#include "cloud/archive/wal_archive.hpp"

#include "cloud/archive/sealed_file.hpp"
#include "cloud/archive/wal_files.hpp"
#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"
#include "cluster/wal_receiver.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

namespace cruddur::cloud::archive {

namespace {

using std::filesystem::path;

constexpr const char* slot = "archive";
constexpr auto look_every = std::chrono::seconds(1);
constexpr auto pause_first = std::chrono::milliseconds(100);
constexpr auto pause_max = std::chrono::seconds(5);
constexpr int told_failures = 10; // in a row: about half a minute
constexpr int told_failures_without_room = 4;
constexpr int gap_failures = 4; // of the receiver, with a server that can be reached
constexpr int stage_tries = 5;

path received_in(const path& run) {
    return run / "received";
}
path sealed_in(const path& run) {
    return run / "sealed";
}

// Of one length, over the one before, and left to the kernel to write down: it is written again in a second.
void write_time(const path& run, std::int64_t at) {
    const path file = run / "restorable";
    const auto text = fmt::format("{:015}\n", at);
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    errno = opened < 0 ? errno : ENOSPC; // of a write that is cut short
    const bool written =
        opened >= 0 && ::pwrite(opened, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    const int reason = errno;
    if (opened >= 0) ::close(opened);
    if (!written) throw cluster::error{fmt::format("{}: {}", file.string(), std::strerror(reason))};
}

// A segment of the log as PostgreSQL makes them unless it is told, which a receiver writes at once.
constexpr std::uintmax_t room_min = 16U << 20U;

// By what was said, or by the room that there is: where there is none, the receiver's own words have none
// either.
bool lacks_space(const path& folder, const std::string& said) {
    if (said.find("No space left") != std::string::npos || said.find("quota") != std::string::npos)
        return true;
    std::error_code unknown;
    const auto room = std::filesystem::space(folder, unknown);
    return !unknown && room.available < room_min;
}

// A segment for which there was no room is cut short, empty so far, and a receiver that finds it gives up.
void remove_cut_segments(const path& received, std::int64_t segment_bytes) {
    for (const std::string& name : names_in(received)) {
        std::error_code unknown;
        const auto bytes = std::filesystem::file_size(received / name, unknown);
        if (is_partial_segment(name) && !unknown && bytes != 0 && std::cmp_less(bytes, segment_bytes))
            std::filesystem::remove(received / name);
    }
}

// The receiver ended though its server is there.
class receiver_ended : public cluster::error {
    using cluster::error::error;
};

} // namespace

class wal_archive::implementation {
public:
    explicit implementation(wal_archive_params params)
        : params_{std::move(params)}
        , thread_{[this](const std::stop_token& stopping) { work(stopping); }} {}

    ~implementation() {
        thread_.request_stop();
        thread_.join();
    }

    void lead(const cluster::server_place& place) {
        const std::lock_guard lock{mutex_};
        if (place_ && *place_ == place) return;
        place_ = place;
        ++turns_;
        changed_.notify_all();
    }

    void end(end_kind how) {
        {
            const std::lock_guard lock{mutex_};
            how_ = how;
        }
        thread_.request_stop();
    }

    [[nodiscard]] bool has_ended() const { return ended_; }
    [[nodiscard]] bool takes_new_run() { return new_run_.exchange(false); }

    [[nodiscard]] std::string await_position(std::chrono::milliseconds at_most) const {
        std::string out;
        cluster::wait_until(at_most, [&] {
            const std::string run = newest_run(params_.folder);
            const std::string segment = newest_segment(received_in(params_.folder / run));
            out = run.empty() || segment.empty() ? "" : run + "/" + segment;
            return !out.empty() || ended_;
        });
        return out;
    }

    void prune(const std::string& before) {
        const std::lock_guard lock{mutex_};
        prune_before_ = before;
    }

private:
    void work(const std::stop_token& stopping) {
        while (!stopping.stop_requested()) {
            std::optional<cluster::server_place> place;
            {
                std::unique_lock lock{mutex_};
                changed_.wait(lock, stopping, [&] { return place_.has_value(); });
                place = place_;
            }
            if (stopping.stop_requested()) break;
            try {
                receive(*place, stopping);
                failures_ = 0;
            } catch (const std::exception& failed) {
                fail(*place, failed);
                pause(stopping);
            }
        }
        finish();
        ended_ = true;
    }

    // Until the server is another one, or all ends.
    void receive(const cluster::server_place& place, const std::stop_token& stopping) {
        const int turn = turns_;
        cluster::make_passable_folder(params_.folder.parent_path());
        cluster::make_passable_folder(params_.folder);
        std::string run = newest_run(params_.folder);
        if (run.empty()) run = next_run(params_.folder);
        const path folder = params_.folder / run;
        cluster::make_passable_folder(folder);
        cluster::wal_observer observer{place, slot};
        remove_cut_segments(received_in(folder), observer.look().segment_bytes);
        cluster::wal_receiver receiver{place, received_in(folder), slot};
        std::deque<std::pair<std::int64_t, std::int64_t>> written; // what there was, and when
        while (!stopping.stop_requested() && turn == turns_) {
            if (!receiver.running()) throw receiver_ended{receiver.last_words()};
            const std::int64_t at = params_.now();
            const auto progress = observer.look();
            written.emplace_back(at, progress.written);
            std::optional<std::int64_t> until;
            while (!written.empty() && written.front().second <= progress.received) {
                until = written.front().first;
                written.pop_front();
            }
            if (until) write_time(folder, *until);
            if (until) failures_ = 0;
            if (until && std::exchange(is_told_, false))
                params_.tell("The write-ahead log is archived again.");
            tidy(folder);
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, stopping, look_every, [&] { return turn != turns_; });
        }
    }

    void fail(const cluster::server_place& place, const std::exception& failed) {
        ++failures_;
        const std::string why = failed.what();
        spdlog::debug("the archive {}: {}", params_.folder.string(), why);
        const bool lacks = lacks_space(params_.folder, why);
        if (!is_told_ && failures_ >= (lacks ? told_failures_without_room : told_failures)) {
            is_told_ = true;
            params_.tell(fmt::format("The write-ahead log has not been archived for a while, so that "
                                     "LatestRestorableTime stays where it is: {}",
                                     lacks
                                         ? "there is no room left. Make some on the disk of the local AWS's "
                                           "folder."
                                         : why));
        }
        const bool is_gap = dynamic_cast<const receiver_ended*>(&failed) != nullptr && !lacks;
        receiver_failures_ = is_gap ? receiver_failures_ + 1 : 0;
        const std::string run = newest_run(params_.folder);
        if (receiver_failures_ < gap_failures || newest_segment(received_in(params_.folder / run)).empty())
            return;
        begin_run(place, why);
    }

    void begin_run(const cluster::server_place& place, const std::string& why) {
        receiver_failures_ = 0;
        try {
            leave(place);
            cluster::make_passable_folder(params_.folder / next_run(params_.folder));
        } catch (const std::exception& failed) {
            spdlog::warn("the archive {}: {}", params_.folder.string(), failed.what());
            return;
        }
        params_.tell(
            fmt::format("The server no longer has what the archive of its write-ahead log needs next: a "
                        "new one begins with the next backup ({})",
                        why));
        new_run_ = true;
    }

    void pause(const std::stop_token& stopping) {
        const auto at_most =
            std::min<std::chrono::milliseconds>(pause_first * failures_ * failures_, pause_max);
        const int turn = turns_;
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, stopping, at_most, [&] { return turn != turns_; });
    }

    // Seals what is complete and removes what is not needed any more. The newest stays where the receiver
    // finds how far it had come.
    void tidy(const path& run) {
        seal(run, newest_segment(received_in(run)));
        std::string before;
        {
            const std::lock_guard lock{mutex_};
            before.swap(prune_before_);
        }
        if (before.empty()) return;
        for (const std::string& name : names_in(params_.folder)) {
            if (name.starts_with("run-") && name < run_of(before))
                std::filesystem::remove_all(params_.folder / name);
        }
        const std::string newest = newest_segment(received_in(run));
        for (const path& folder :
             {received_in(params_.folder / run_of(before)), sealed_in(params_.folder / run_of(before))}) {
            for (const std::string& name : names_in(folder)) {
                if (cluster::is_wal_segment(name) && is_before(name, segment_of(before)) && name != newest)
                    std::filesystem::remove(folder / name);
            }
        }
    }

    void seal(const path& run, const std::string& but) {
        if (params_.seal == nullptr) return;
        for (const std::string& name : names_in(received_in(run))) {
            if (name == but || !cluster::is_wal_segment(name)) continue;
            seal_file(received_in(run) / name, sealed_in(run) / name, *params_.seal, params_.instance);
            std::filesystem::remove(received_in(run) / name);
        }
    }

    // The server sees that the receiver has gone a moment after it has.
    static void leave(const cluster::server_place& place) {
        cluster::wait_until(pause_max, [&] {
            cluster::drop_standby(place, slot);
            return !cluster::slot_of(place, slot).is_there;
        });
    }

    void finish() {
        try {
            end_kind how{};
            std::optional<cluster::server_place> place;
            {
                const std::lock_guard lock{mutex_};
                how = how_;
                place = place_;
            }
            if (how == end_kind::leave && place) leave(*place);
            if (how != end_kind::close || params_.seal == nullptr) return;
            const path run = params_.folder / newest_run(params_.folder);
            seal(run, "");
            for (const std::string& name : names_in(received_in(run))) {
                if (!is_partial_segment(name)) continue;
                seal_file(received_in(run) / name, sealed_in(run) / name, *params_.seal, params_.instance);
                std::filesystem::remove(received_in(run) / name);
            }
        } catch (const std::exception& failed) {
            spdlog::warn("the archive {}: {}", params_.folder.string(), failed.what());
        }
    }

    wal_archive_params params_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<cluster::server_place> place_;
    std::atomic<int> turns_ = 0; // of the place
    end_kind how_ = end_kind::pause;
    std::string prune_before_;
    std::atomic<bool> ended_ = false;
    std::atomic<bool> new_run_ = false;
    int failures_ = 0;
    bool is_told_ = false; // that they are too many
    int receiver_failures_ = 0;
    std::jthread thread_; // the last member: it uses the others
};

wal_archive::wal_archive(wal_archive_params params)
    : implementation_{std::make_unique<implementation>(std::move(params))} {}

wal_archive::~wal_archive() = default;

void wal_archive::lead(const cluster::server_place& place) {
    implementation_->lead(place);
}

void wal_archive::end(end_kind how) {
    implementation_->end(how);
}

bool wal_archive::has_ended() const {
    return implementation_->has_ended();
}

std::string wal_archive::await_position(std::chrono::milliseconds at_most) const {
    return implementation_->await_position(at_most);
}

bool wal_archive::takes_new_run() {
    return implementation_->takes_new_run();
}

void wal_archive::prune(const std::string& before) {
    implementation_->prune(before);
}

std::optional<std::int64_t> restorable_until(const path& archive, const std::string& position) {
    std::ifstream file{archive / run_of(position) / "restorable"};
    std::int64_t out = 0;
    return file >> out ? std::optional{out} : std::nullopt;
}

namespace {

// One attempt: a segment may be completed, or sealed, while it is looked at.
void stage_once(const path& run, const std::string& from, const ground::vault* seal, const path& into) {
    std::filesystem::remove_all(into);
    std::filesystem::create_directory(into);
    const auto is_wanted = [&](const std::string& name) {
        return is_timeline_history(name) ||
               ((cluster::is_wal_segment(name) || is_partial_segment(name)) && !is_before(name, from));
    };
    // A segment's own name, whether it is whole or not.
    const auto target = [&](const std::string& name) { return into / path{name}.replace_extension(); };
    for (const std::string& name : names_in(sealed_in(run))) {
        if (seal != nullptr && is_wanted(name)) open_file(sealed_in(run) / name, target(name), *seal);
    }
    for (const std::string& name : names_in(received_in(run))) {
        const path source = received_in(run) / name;
        if (!is_wanted(name)) continue;
        if (is_timeline_history(name))
            std::filesystem::copy_file(source, into / name);
        else if (is_partial_segment(name) || seal != nullptr)
            std::filesystem::copy_file(source, target(name),
                                       std::filesystem::copy_options::overwrite_existing);
        else
            std::filesystem::create_symlink(source, into / name);
    }
}

} // namespace

void stage_wal(const path& archive, const std::string& position, const ground::vault* seal,
               const path& into) {
    for (int tries = 1;; ++tries) {
        try {
            stage_once(archive / run_of(position), segment_of(position), seal, into);
            break;
        } catch (const std::filesystem::filesystem_error& failed) {
            if (tries == stage_tries)
                throw cluster::error{fmt::format("The archived log cannot be read: {}", failed.what())};
        }
    }
    cluster::give_to(cluster::account_for(into.parent_path() / "data"), into);
}

} // namespace cruddur::cloud::archive
