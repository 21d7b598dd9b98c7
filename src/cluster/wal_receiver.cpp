#include "cluster/wal_receiver.hpp"

#include "cluster/account.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/process.hpp"
#include "cluster/replica.hpp"
#include "cluster/socket_folder.hpp"
#include "cluster/superuser_session.hpp"
#include "db/queries.hpp"

#include <sys/wait.h>

#include <charconv>
#include <csignal>
#include <string_view>
#include <utility>

namespace cruddur::cluster {
namespace {

constexpr auto patience = std::chrono::seconds(3); // with a program that was asked to end
constexpr std::size_t told_lines = 3;

std::int64_t count_in(std::string_view text) {
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
}

} // namespace

wal_receiver::wal_receiver(const server_place& from, const std::filesystem::path& into,
                           const std::string& slot)
    : log_(into.string() + ".log") {
    const auto owner = account_for(from.folder / "data");
    make_passable_folder(into.parent_path());
    make_private_folder(owner, into);
    keep_slot(from, slot);
    auto receive = client_of(from, "pg_receivewal");
    for (const auto& option :
         {"--directory=" + into.string(), "--slot=" + slot, std::string{"--status-interval=1"},
          std::string{"--no-loop"}, std::string{"--no-password"}}) {
        receive.arguments.push_back(option);
    }
    receive.environment.push_back("PGAPPNAME=" + slot);
    write_file(log_, "", 0600); // of the run before
    give_to(owner, log_);
    receive.log = log_;
    receive.dies_with_us = true;
    pid_ = spawn(receive);
}

wal_receiver::~wal_receiver() {
    for (const int signal : {SIGINT, SIGKILL}) {
        if (!running()) return;
        ::kill(pid_, signal);
        wait_until(patience, [&] { return !running(); });
    }
}

bool wal_receiver::running() {
    if (pid_ != 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = 0;
    return pid_ != 0;
}

std::string wal_receiver::last_words() const {
    return last_lines(log_, 0, told_lines);
}

bool is_wal_segment(const std::string& name) {
    constexpr std::size_t characters = 24;
    return name.size() == characters && name.find_first_not_of("0123456789ABCDEF") == std::string::npos;
}

struct wal_observer::session {
    postgres::plain_connection connection;
};

wal_observer::wal_observer(const server_place& at, std::string name)
    : session_(new session{open_session(at)})
    , name_(std::move(name)) {}

wal_observer::~wal_observer() = default;

wal_progress wal_observer::look() {
    const auto found = execute(session_->connection, queries::wal_progress, {name_});
    const auto count = [&found](std::size_t column) { return count_in(found.get(0, column).value_or("0")); };
    return {count(0), count(1), count(2)};
}

} // namespace cruddur::cluster
