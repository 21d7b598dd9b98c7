#include "cluster/server.hpp"

#include "cluster/data_folder.hpp"
#include "cluster/error.hpp"
#include "cluster/files.hpp"
#include "cluster/handover.hpp"
#include "cluster/installation.hpp"
#include "cluster/locale.hpp"
#include "cluster/port.hpp"
#include "cluster/postmaster.hpp"
#include "cluster/process.hpp"
#include "cluster/server_folder.hpp"
#include "cluster/server_place.hpp"
#include "cluster/socket_folder.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>

namespace cruddur::cluster {
namespace {

using std::filesystem::path;

constexpr auto fast_timeout = std::chrono::seconds(10);
constexpr auto immediate_timeout = std::chrono::seconds(10); // PostgreSQL itself kills its processes after 5
constexpr std::uintmax_t log_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t shown_lines = 12;
constexpr auto progress_every = std::chrono::seconds(5);
constexpr std::uint16_t default_port = 5432;

bool is_durable(const server_params& params) {
    return std::ranges::find(params.settings, std::pair<std::string, std::string>("fsync", "off")) ==
           params.settings.end();
}

} // namespace

class server::implementation {
public:
    explicit implementation(server_params params)
        : params_(std::move(params))
        , folder_(prepare_server_folder(params_.folder))
        , lock_(folder_ / "lock")
        , account_(account_for(data())) {
        cluster::check_the_way(account_, folder_);
        refuse_when_fenced();
        prepare();
        if (!adopt()) launch_on_some_port();
        try {
            create_database();
        } catch (const error&) {
            stop();
            throw;
        }
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const path& folder() const { return folder_; }
    [[nodiscard]] int pid() const { return pid_; }

    [[nodiscard]] path handover_socket() const {
        return sockets_ / "gate" / fmt::format(".s.PGSQL.{}", port_);
    }

    [[nodiscard]] std::string url(const std::string& database) const {
        if (params_.address.empty()) return url_of(place(), database);
        return fmt::format("postgresql://{}:{}@{}:{}/{}", percent_encoded(params_.superuser), password_,
                           params_.address, port_, percent_encoded(database));
    }

    [[nodiscard]] bool running() {
        if (pid_ == 0) return false;
        const bool lives = is_child_ ? waitpid(pid_, nullptr, WNOHANG) == 0 : is_postmaster_of(pid_, data());
        if (!lives) pid_ = 0;
        return lives;
    }

    void stop() {
        for (const auto& [signal, timeout] :
             {std::pair{SIGINT, std::chrono::milliseconds(fast_timeout)},
              std::pair{SIGQUIT, std::chrono::milliseconds(immediate_timeout)},
              std::pair{SIGKILL, std::chrono::milliseconds(immediate_timeout)}}) {
            if (!running()) return;
            ::kill(pid_, signal);
            if (wait_until(timeout, [&] { return !running(); })) return;
        }
        throw error(fmt::format("The server of {} (pid {}) does not stop, not even when killed.",
                                folder_.string(), pid_));
    }

    void kill() {
        if (!running()) return;
        ::kill(pid_, SIGKILL);
        wait_until(immediate_timeout, [&] { return !running(); });
    }

    void restart() {
        refuse_when_fenced();
        stop();
        launch(port_);
    }

    void reload() {
        if (running()) ::kill(pid_, SIGHUP);
    }

    void configure(const server_params& by) {
        params_.settings = by.settings;
        params_.extension_additions = by.extension_additions;
        write_additions();
        write_file(settings(), settings_for(port_), 0644);
        reload();
    }

    [[nodiscard]] bool wait_for_end(std::chrono::milliseconds at_most) {
        const auto deadline = std::chrono::steady_clock::now() + at_most;
        if (!running()) return true;
        const auto opened = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        if (opened < 0) return wait_until(at_most, [&] { return !running(); });
        pollfd ended{opened, POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(at_most.count()));
        ::close(opened);
        return wait_until(deadline - std::chrono::steady_clock::now(), [&] { return !running(); });
    }

    [[nodiscard]] server_place place() const {
        return {folder_, sockets_, port_, params_.superuser, installation_.major, params_.engines};
    }

    [[nodiscard]] command client(const char* program) const {
        return client_of(place(), program, params_.stopping);
    }

    [[nodiscard]] bool is_standby() const { return std::filesystem::exists(data() / "standby.signal"); }

    void promote(std::chrono::milliseconds at_most) {
        // One that is no standby any more may still be about to take writes, since PostgreSQL removes the
        // signal file before it does.
        if (is_standby()) {
            const auto asked = data() / "promote";
            write_file(asked, "", 0600);
            give_to(account_, asked);
            if (running()) ::kill(pid_, SIGUSR1);
        }
        const bool in_time = wait_until(at_most, params_.stopping, [&] {
            const auto file = read_postmaster_file(data());
            return !running() || (file && file->status == "ready" && !is_standby());
        });
        if (in_time && running()) return;
        throw error(fmt::format("The standby in {} was not promoted{}. The last lines of {}:\n{}",
                                folder_.string(), in_time ? ": it has ended" : " in time", log().string(),
                                last_lines(log(), 0, shown_lines)));
    }

    void fence() {
        write_file(folder_ / "fenced", "", 0600);
        kill();
        const bool ended = wait_until(immediate_timeout, [&] {
            kill_leftovers();
            return !has_processes(data());
        });
        if (ended) return;
        throw error(fmt::format("Processes of the killed server of {} do not end.", folder_.string()));
    }

private:
    enum class attempt { started, port_taken };

    [[nodiscard]] path data() const { return folder_ / "data"; }
    [[nodiscard]] path additions() const { return folder_ / "additions"; }
    [[nodiscard]] path log() const { return folder_ / "log" / "server.log"; }
    [[nodiscard]] path settings() const { return folder_ / "settings.conf"; }

    // What PostgreSQL shows as the name of all its processes, so that they are known without their
    // postmaster.
    [[nodiscard]] std::string cluster_name() const {
        return fmt::format("cruddur_{:016x}", std::hash<std::string>{}(folder_.string()));
    }

    // Processes whose postmaster was killed end when they wait next, and some compute for hours before.
    void kill_leftovers() const {
        for (const pid_t process : processes_of(data(), cluster_name()))
            ::kill(process, SIGKILL);
    }

    // Another server has taken this one's place: it must not run beside it, not even as a leftover.
    void refuse_when_fenced() {
        if (!is_fenced(folder_)) return;
        if (const auto found = find_postmaster(data())) {
            pid_ = *found;
            fence();
        }
        throw error(fmt::format(
            "The server of {} was fenced: a standby was promoted in its place. Build it anew, as that one's "
            "standby, or remove the folder.",
            folder_.string()));
    }

    void prepare() {
        const bool is_new = !std::filesystem::exists(data());
        if (is_new) {
            installation_ = find_installation(params_.major, params_.engines);
            password_ = random_password();
            write_password(account_, folder_, params_.superuser, password_);
            const auto cache = params_.cache.empty() ? default_cache_folder() : params_.cache;
            make_data_folder({data(), cache, account_, installation_, params_.superuser, password_,
                              is_durable(params_), params_.stopping, params_.locale, params_.locales});
        } else {
            int major = 0;
            const auto version = read_file(data() / "PG_VERSION");
            std::from_chars(version.data(), version.data() + version.size(), major);
            if (major == 0) throw error(fmt::format("{} is no data folder of PostgreSQL.", data().string()));
            installation_ = find_installation(major, params_.engines);
            password_ = read_file(folder_ / "password");
        }
        if (password_.empty()) {
            throw error(fmt::format(
                "{} is missing or empty, and without it nobody gets into {}. Put it back, or name "
                "another folder.",
                (folder_ / "password").string(), data().string()));
        }
        write_password(account_, folder_, params_.superuser, password_);
        sockets_ = cluster::socket_folder(account_, folder_);
        make_private_folder(account_, folder_ / "log");
        write_file(folder_ / "handover.so", handover_object(), 0644);
        write_additions();
    }

    void write_additions() const {
        if (!params_.takes_handovers) return;
        std::filesystem::create_directories(additions());
        for (const auto& entry : std::filesystem::directory_iterator(additions())) {
            const bool holds = std::ranges::any_of(params_.extension_additions, [&](const auto& each) {
                return each.first == entry.path().filename();
            });
            if (!holds) std::filesystem::remove(entry.path());
        }
        std::filesystem::permissions(additions(), std::filesystem::perms{0755});
        // Not synced: what a power cut leaves is written anew at the next start.
        for (const auto& [name, text] : params_.extension_additions) {
            const path file = additions() / name;
            std::ofstream{file, std::ios::binary} << text;
            std::filesystem::permissions(file, std::filesystem::perms{0644});
        }
    }

    [[nodiscard]] std::string settings_for(std::uint16_t port) const {
        auto socket_folders = as_list_item(sockets_);
        if (params_.takes_handovers) socket_folders += ", " + as_list_item(sockets_ / "gate");
        auto text = fmt::format(
            "# Written at each start. Your own settings belong into data/postgresql.conf.\n"
            "include = 'data/postgresql.conf'\n"
            "listen_addresses = {}\n"
            "port = {}\n"
            "unix_socket_directories = {}\n"
            "unix_socket_permissions = 0700\n"
            "cluster_name = {}\n"
            "password_encryption = 'scram-sha-256'\n",
            config_value(params_.address), port, config_value(socket_folders), config_value(cluster_name()));
        for (const auto& [name, value] : params_.settings)
            text += name + " = " + config_value(value) + "\n";
        return text + fmt::format("include_if_exists = {}\n",
                                  config_value(replication_file(folder_).filename().string()));
    }

    // A server of this folder that outlived its process: taken over as it runs, when it runs as it would be
    // started now.
    bool adopt() {
        const auto found = find_postmaster(data());
        if (!found) return false;
        pid_ = *found;
        is_child_ = false;
        await_ready(std::chrono::steady_clock::now() + params_.start_timeout);
        stop_when_asked();
        const auto file = read_postmaster_file(data());
        if (running() && file && file->accepts_connections() &&
            (params_.port == 0 || params_.port == file->port) &&
            read_file(settings()) + "\n" == settings_for(file->port)) {
            port_ = file->port;
            if (!params_.takes_handovers || takes_handovers(handover_socket())) return true;
        }
        stop();
        return false;
    }

    // Whether it takes connections by the deadline, which is put off while it recovers: stopped in its
    // recovery, a server would begin that anew at its next start, and never end it.
    bool await_ready(std::chrono::steady_clock::time_point deadline) {
        const auto begun = std::chrono::steady_clock::now();
        auto tell_at = begun + progress_every;
        std::string position;
        while (running() && !params_.stopping.stop_requested()) {
            const auto file = read_postmaster_file(data());
            const bool ours = file && file->pid == pid_;
            if (ours && file->accepts_connections()) return true;
            const auto now = std::chrono::steady_clock::now();
            const bool starting = ours && file->status == "starting";
            if (starting && now >= tell_at) {
                tell_at = now + progress_every;
                tell_of_recovery(now - begun);
            }
            if (now >= deadline) {
                // A standby whose primary keeps nothing for it waits for good, at one place.
                const auto before = std::exchange(position, recovery_position(cluster_name()));
                if (!starting || (is_standby() && position == before)) return false;
                deadline = now + params_.start_timeout;
            }
            std::this_thread::sleep_for(next_pause(begun));
        }
        return false;
    }

    void tell_of_recovery(std::chrono::nanoseconds since) const {
        if (!params_.progress) return;
        const auto position = recovery_position(cluster_name());
        params_.progress(fmt::format("PostgreSQL is recovering, for {} s so far{}{}",
                                     std::chrono::duration_cast<std::chrono::seconds>(since).count(),
                                     position.empty() ? "" : ", at the write-ahead log's segment ",
                                     position));
    }

    void stop_when_asked() {
        if (!params_.stopping.stop_requested()) return;
        stop();
        throw interrupted(fmt::format("The start of PostgreSQL in {}", folder_.string()));
    }

    // Without TCP a port is but a part of the name of a socket in a folder of our own.
    [[nodiscard]] bool is_free(std::uint16_t port) const {
        return params_.address.empty() || port_is_free(params_.address, port);
    }
    [[nodiscard]] std::uint16_t some_free_port() const {
        return params_.address.empty() ? default_port : free_port(params_.address);
    }

    // A process that was forked just before its postmaster was killed has not closed the server's sockets
    // yet.
    [[nodiscard]] bool comes_free(std::uint16_t port) const {
        wait_until(immediate_timeout, [&] {
            if (is_free(port) || !has_processes(data())) return true;
            kill_leftovers();
            return false;
        });
        return is_free(port);
    }

    void launch_on_some_port() {
        if (params_.port != 0) return launch(params_.port);
        std::uint16_t port = 0;
        const auto kept = read_file(folder_ / "port");
        std::from_chars(kept.data(), kept.data() + kept.size(), port);
        for (int tries = 0; tries < 5; ++tries) {
            if (port == 0 || !comes_free(port)) port = some_free_port();
            if (try_to_launch(port) == attempt::started) return;
        }
        launch(port);
    }

    void launch(std::uint16_t port) {
        if (comes_free(port) && try_to_launch(port) == attempt::started) return;
        const auto holder = port_holder(port);
        throw error(fmt::format("Port {} on {} is taken{}. Stop {}, or ask for another port.", port,
                                params_.address, holder ? " by " + *holder : "",
                                holder ? "that" : "what listens there"));
    }

    [[nodiscard]] command postgres() const {
        // A relative name, since LD_PRELOAD cannot hold one with a space or a colon in it. What the
        // libraries call of each other is looked up once, at the start, and not by each connection's
        // process anew.
        command out{.arguments = {installation_.program("postgres"), "-D", data().string(), "-c",
                                  "config_file=" + settings().string()},
                    .as = account_,
                    .input = {},
                    .log = log(),
                    .dies_with_us = params_.dies_with_us,
                    .environment = locale_environment(params_.locales),
                    .working_folder = folder_};
        out.environment.insert(out.environment.end(), {"LD_PRELOAD=./handover.so", "LD_BIND_NOW=1"});
        if (params_.takes_handovers) {
            out.environment.push_back("CRUDDUR_HANDOVER_FOLDER=" + (sockets_ / "gate").string() + "/");
            out.environment.push_back("CRUDDUR_ADDITIONS_FOLDER=" + additions().string() + "/");
        }
        return out;
    }

    void check_handovers() {
        if (!params_.takes_handovers || takes_handovers(handover_socket())) return;
        stop();
        throw error(fmt::format(
            "PostgreSQL could not load {}, without which no connection comes to it through its gate. A file "
            "system that is mounted noexec does that: name a folder in another one. The last lines of "
            "{}:\n{}",
            (folder_ / "handover.so").string(), log().string(), last_lines(log(), 0, shown_lines)));
    }

    // The newest log file of the server's own collector, where it has one; empty for none.
    [[nodiscard]] path collected_log() const {
        path out;
        for (const auto& [name, value] : params_.settings) {
            std::error_code missing;
            if (name != "log_directory") continue;
            for (const auto& entry : std::filesystem::directory_iterator(value, missing))
                out = std::max(out, entry.path());
        }
        return out;
    }

    // What the server has said since those of its logs had these sizes.
    [[nodiscard]] std::string said_since(std::uintmax_t offset, const path& collected,
                                         std::uintmax_t collected_bytes) const {
        const path newest = collected_log();
        std::string out = last_lines(log(), offset, shown_lines);
        if (!newest.empty())
            out += last_lines(newest, newest == collected ? collected_bytes : 0, shown_lines);
        return out;
    }

    attempt try_to_launch(std::uint16_t port) {
        const auto deadline = std::chrono::steady_clock::now() + params_.start_timeout;
        write_file(settings(), settings_for(port), 0644);
        // That it were not there each of the server's processes would tell its log.
        if (!std::filesystem::exists(replication_file(folder_)))
            write_file(replication_file(folder_), "", 0644);
        const auto kept_log = std::filesystem::exists(log()) ? std::filesystem::file_size(log()) : 0;
        if (kept_log > log_bytes_max) replace_file(log(), log().string() + ".1");
        std::uintmax_t offset = kept_log > log_bytes_max ? 0 : kept_log;
        while (true) {
            const path collected = collected_log();
            const auto collected_bytes = collected.empty() ? 0 : std::filesystem::file_size(collected);
            if (std::filesystem::exists(data() / "postmaster.pid")) kill_leftovers();
            disarm_postmaster_file(account_, data());
            clear_sockets(sockets_);
            clear_sockets(sockets_ / "gate");
            pid_ = spawn(postgres());
            is_child_ = true;
            const bool ready = await_ready(deadline);
            stop_when_asked();
            if (ready && running()) {
                port_ = port;
                write_file(folder_ / "port", std::to_string(port) + "\n", 0644);
                check_handovers();
                return attempt::started;
            }
            const bool in_time = !running();
            stop();
            const auto said = said_since(offset, collected, collected_bytes);
            if (said.find("could not bind") != std::string::npos && !is_free(port)) {
                return attempt::port_taken;
            }
            // Processes of a server that was killed end by themselves, a moment after it.
            const bool will_pass = said.find("pre-existing shared memory block") != std::string::npos;
            if (!will_pass || std::chrono::steady_clock::now() >= deadline) {
                throw error(fmt::format("PostgreSQL {} in {}. The last lines of {}:\n{}",
                                        in_time ? "did not start" : "was not ready in time", folder_.string(),
                                        log().string(), said));
            }
            offset = std::filesystem::file_size(log());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    void create_database() const {
        if (params_.database == "postgres") return;
        const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
            PQconnectdb((url("postgres") + (params_.address.empty() ? "&" : "?") +
                         "sslmode=disable&connect_timeout=10")
                            .c_str()),
            &PQfinish);
        const char* name[] = {params_.database.c_str()};
        using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
        const answer there(PQexecParams(connection.get(), "SELECT 1 FROM pg_database WHERE datname = $1", 1,
                                        nullptr, name, nullptr, nullptr, 0),
                           &PQclear);
        if (PQresultStatus(there.get()) == PGRES_TUPLES_OK && PQntuples(there.get()) == 1) return;
        const std::unique_ptr<char, decltype(&PQfreemem)> identifier(
            PQescapeIdentifier(connection.get(), name[0], params_.database.size()), &PQfreemem);
        const answer created(
            identifier ? PQexec(connection.get(), fmt::format("CREATE DATABASE {}", identifier.get()).c_str())
                       : nullptr,
            &PQclear);
        if (PQresultStatus(created.get()) != PGRES_COMMAND_OK) {
            throw error(fmt::format("Cannot create the database {}: {}", params_.database,
                                    PQerrorMessage(connection.get())));
        }
    }

    server_params params_;
    path folder_;
    file_lock lock_;
    account account_;
    installation installation_;
    std::string password_;
    path sockets_;
    std::uint16_t port_ = 0;
    pid_t pid_ = 0;
    bool is_child_ = false;
};

bool is_fenced(const path& folder) {
    return std::filesystem::exists(folder / "fenced");
}

server server::start(server_params params) {
    return server(std::make_unique<implementation>(std::move(params)));
}

server::server(std::unique_ptr<implementation> started)
    : implementation_(std::move(started)) {}
server::server(server&&) noexcept = default;
server& server::operator=(server&& other) noexcept {
    server old(std::move(*this)); // stopped when this function ends
    implementation_ = std::move(other.implementation_);
    return *this;
}

server::~server() {
    if (!implementation_) return;
    try {
        implementation_->stop();
    } catch (const std::exception&) { // it was killed and still stands: nothing is left to try
    }
}

std::filesystem::path server::handover_socket() const {
    return implementation_->handover_socket();
}
bool server::wait_for_end(std::chrono::milliseconds at_most) const {
    return implementation_->wait_for_end(at_most);
}
void server::reload() {
    implementation_->reload();
}
void server::configure(const server_params& by) {
    implementation_->configure(by);
}
command server::client(const char* program) const {
    return implementation_->client(program);
}
server_place server::place() const {
    return implementation_->place();
}
bool server::is_standby() const {
    return implementation_->is_standby();
}
void server::promote(std::chrono::milliseconds at_most) {
    implementation_->promote(at_most);
}
void server::fence() {
    implementation_->fence();
}
std::uint16_t server::port() const {
    return implementation_->port();
}
const std::filesystem::path& server::folder() const {
    return implementation_->folder();
}
std::string server::url(const std::string& database) const {
    return implementation_->url(database);
}
int server::pid() const {
    return implementation_->pid();
}
bool server::running() const {
    return implementation_->running();
}
void server::stop() {
    implementation_->stop();
}
void server::kill() {
    implementation_->kill();
}
void server::restart() {
    implementation_->restart();
}
} // namespace cruddur::cluster
