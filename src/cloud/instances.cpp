#include "cloud/instances.hpp"

#include "cloud/admission.hpp"
#include "cloud/certificates.hpp"
#include "cloud/gate.hpp"
#include "cloud/instance_job.hpp"
#include "cloud/rds_catalogue.hpp"
#include "cloud/rds_schedule.hpp"
#include "cloud/vault.hpp"
#include "cluster/port.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>

namespace cruddur::cloud {

namespace {

constexpr std::size_t workers = 4;
constexpr auto tick = std::chrono::milliseconds(200); // how soon a server's death is seen
constexpr auto schedule_every = std::chrono::seconds(1);
constexpr auto check_standbys_every = std::chrono::seconds(5);
constexpr int force_ssl_since = 15; // the first major version that has it on by default
constexpr int tries_max = 3;        // to bring an instance up
constexpr int addresses_tried = 256;

std::uint64_t hash_of(std::string_view text) {
    std::uint64_t out = 0xcbf29ce484222325U; // FNV-1a
    for (const char c : text)
        out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return out;
}

} // namespace

class instances::implementation {
public:
    implementation(boost::asio::io_context& loop, state& db, instances_params params)
        : loop_{loop}
        , db_{db}
        , params_{std::move(params)}
        , authority_{params_.folder.parent_path() / "authority"}
        , vault_{params_.folder.parent_path()}
        , admission_{params_.origin_of}
        , installed_{installed_majors()}
        , timer_{loop}
        , pool_{workers} {}

    ~implementation() { pool_.join(); }

    void refresh() {
        if (changes_seen_ == db_.changes_in_all()) return;
        changes_seen_ = db_.changes_in_all();
        admission_.refresh(db_);
    }

    [[nodiscard]] const std::string& bundle() const { return authority_.bundle(); }

    void start() {
        refresh();
        // What is said to be available takes connections from the first answer on: they wait for the server.
        for (const db_instance& one : all_instances(db_)) {
            if (one.status == "available" || one.status == "backing-up" || one.status == "modifying" ||
                one.status == "resetting-master-credentials" || one.status == "rebooting") {
                (void)shut_gate(one, job_kind::restart); // where it fails, the job that follows tells
            }
        }
        wake({});
        arm();
    }

    void wake(const std::string& resource_id) {
        boost::asio::post(loop_, [this, resource_id] {
            given_up_.erase(resource_id);
            look();
        });
    }

    void stop(std::function<void()> done) {
        stopping_ = true;
        done_ = std::move(done);
        timer_.cancel();
        for (const auto& [id, mine] : gates_) {
            if (mine) mine->close();
        }
        for (const auto& [id, process] : processes_)
            stop_for_now(id);
        settle();
    }

    [[nodiscard]] epoch_ms now() const {
        const auto at = std::chrono::system_clock::now() + params_.clock_ahead;
        return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    }

    [[nodiscard]] const std::vector<int>& installed() const { return installed_; }

    [[nodiscard]] std::optional<int> serving_major(int asked) const {
        if (std::ranges::find(installed_, asked) != installed_.end()) return asked;
        if (installed_.empty() || !params_.allow_version_substitute) return std::nullopt;
        return installed_.back();
    }

    std::optional<std::string> free_address(const std::string& region, const std::string& identifier,
                                            std::int64_t port) {
        for (int tries = 0; tries < addresses_tried; ++tries) {
            const auto hash =
                hash_of(fmt::format("{}/{}/{}/{}", params_.folder.string(), region, identifier, tries));
            // Not 127.0.0.0/16, where people have services of their own, and no byte that ends a network.
            std::string out =
                fmt::format("127.{}.{}.{}", 1 + hash % 254, 1 + (hash >> 16) % 254, 1 + (hash >> 32) % 254);
            rows taken = db_.query("select 1 from db_instance where address = ?", out);
            if (!taken.next() && cluster::port_is_free(out, static_cast<std::uint16_t>(port))) return out;
        }
        return std::nullopt;
    }

private:
    void arm() {
        timer_.expires_after(tick);
        timer_.async_wait([this](const boost::system::error_code& cancelled) {
            if (cancelled || stopping_) return;
            beat();
            arm();
        });
    }

    // What no operation tells of: servers that died, and what is due by the clock.
    void beat() {
        bool news = false;
        for (auto& [id, process] : processes_) {
            if (!busy_.contains(id)) news = has_died(id, *process) || news;
        }
        const auto at = std::chrono::steady_clock::now();
        if (at >= next_schedule_) {
            next_schedule_ = at + schedule_every;
            try {
                news = begin_what_is_due(db_, now()) || news;
            } catch (const std::exception& failed) {
                spdlog::error("beginning what is due failed: {}", failed.what());
            }
        }
        if (at >= next_check_) {
            next_check_ = at + check_standbys_every;
            check_standbys();
            news = true; // a standby that could not be made is tried again
        }
        if (news) look();
    }

    bool has_died(const std::string& id, instance_process& process) {
        bool any = false;
        if (process.standby && !process.standby->running()) {
            spdlog::warn("the standby of {} has died", id);
            process.in_sync = false;
            process.standby.reset();
            any = true;
        }
        if (!process.server || process.server->running()) return any;
        spdlog::warn("the server of {} has died", id);
        if (const auto mine = gates_.find(id); mine != gates_.end() && mine->second) mine->second->pause();
        if (process.may_fail_over()) return true;
        process.server.reset();
        record_of(
            id, "recovery",
            "Recovery of the DB instance has started. Recovery time will vary with the amount of data to "
            "be recovered.");
        return true;
    }

    void record_of(const std::string& id, const char* category, const char* message) {
        const auto row = instance_by_resource_id(db_, id);
        if (!row) return;
        record_event(db_, {row->region, "db-instance", row->identifier, category, message, now()});
    }

    void check_standbys() {
        for (const db_instance& one : all_instances(db_)) {
            const auto found = processes_.find(one.resource_id);
            if (stopping_ || found == processes_.end() || busy_.contains(one.resource_id)) continue;
            if (found->second->in_sync) submit(one, job_kind::check_standby, "");
        }
    }

    void look() {
        if (stopping_) return;
        try {
            const auto snapshots = unfinished_snapshots(db_);
            remove_snapshots(snapshots);
            for (const db_instance& one : all_instances(db_)) {
                if (busy_.contains(one.resource_id) || given_up_.contains(one.resource_id)) continue;
                const auto waits = std::ranges::find_if(snapshots, [&](const db_snapshot& each) {
                    return each.status == "creating" && each.source.resource_id == one.resource_id;
                });
                instance_facts facts = facts_of(one);
                facts.snapshot_waits = waits != snapshots.end();
                const auto next = next_job(one, facts);
                if (!next || (*next == job_kind::add_standby && is_too_soon(one.resource_id))) continue;
                submit(one, *next, facts.snapshot_waits ? waits->folder : "");
            }
        } catch (const std::exception& failed) {
            spdlog::error("looking after the DB instances failed: {}", failed.what());
        }
    }

    [[nodiscard]] instance_facts facts_of(const db_instance& of) {
        instance_facts out;
        const auto found = processes_.find(of.resource_id);
        if (found != processes_.end()) {
            const instance_process& process = *found->second;
            out.lives = process.server && process.server->running() && !tries_.contains(of.resource_id);
            out.has_standby = process.in_sync;
            out.may_fail_over = process.may_fail_over();
        }
        out.restart_waits = needs_restart(values_due(db_, of));
        return out;
    }

    // After a standby could not be made.
    [[nodiscard]] bool is_too_soon(const std::string& id) const {
        const auto found = standby_failed_at_.find(id);
        return found != standby_failed_at_.end() &&
               std::chrono::steady_clock::now() < found->second + check_standbys_every;
    }

    [[nodiscard]] std::filesystem::path snapshot_file(const std::string& name) const {
        return params_.folder.parent_path() / "snapshots" / name;
    }

    void remove_snapshots(const std::vector<db_snapshot>& all) {
        for (const db_snapshot& one : all) {
            if (one.status != "deleting") continue;
            std::filesystem::remove(snapshot_file(one.folder));
            transaction whole{db_};
            delete_snapshot(db_, one.folder);
            whole.commit();
        }
    }

    [[nodiscard]] instance_spec spec_of(const db_instance& from, job_kind kind) {
        db_instance as = from;
        instance_spec out;
        if (kind == job_kind::restart || kind == job_kind::modify) {
            const auto values = values_due(db_, as);
            apply_pending(as, values);
            out.set_password = std::ranges::find(values, "MasterUserPassword",
                                                 &name_values::value_type::first) != values.end();
        }
        out.folder = params_.folder / as.resource_id;
        out.node = static_cast<int>(as.node);
        out.multi_az = as.multi_az;
        out.with_standby = as.multi_az && as.status == "creating";
        out.address = as.address;
        out.authority = &authority_;
        out.now = std::chrono::system_clock::now(); // what clients compare with, whatever our own clock says
        out.server_major = static_cast<int>(as.server_major);
        const instance_class* const size = find_class(as.instance_class);
        if (size != nullptr) out.connections_max = connections_max(*size);
        out.force_ssl = as.server_major >= force_ssl_since;
        out.master_username = as.master_username;
        out.master_verifier = as.master_verifier;
        out.database = as.database;
        out.prepare = as.status == "creating" && as.restored_from.empty();
        if (!as.restored_from.empty()) out.restore_from = snapshot_file(as.restored_from);
        if (as.storage_encrypted) out.seal = &vault_;
        return out;
    }

    void submit(const db_instance& of, job_kind kind, const std::string& snapshot) {
        auto& process = processes_[of.resource_id];
        if (!process) process = std::make_shared<instance_process>();
        instance_job job{kind, spec_of(of, kind), process,
                         snapshot.empty() ? std::filesystem::path{} : snapshot_file(snapshot)};
        busy_.insert(of.resource_id);
        if (kind == job_kind::fail_over)
            record_of(of.resource_id, "failover", "Multi-AZ instance failover started");
        run(
            of.resource_id,
            [job = std::move(job), shut = shut_gate(of, kind)] {
                if (!shut.empty()) throw gate_error{shut};
                run_job(job);
            },
            [this, id = of.resource_id, kind, snapshot](std::string failure) {
                busy_.erase(id);
                if (failure.empty()) failure = open_gate(id, kind);
                if (kind != job_kind::check_standby || !failure.empty()) {
                    write_down(id, kind, snapshot, failure);
                }
                if (stopping_) {
                    stop_for_now(id);
                    settle();
                } else {
                    look();
                }
            });
    }

    // Before a job: clients of a server that comes back wait, others are refused. Returns what went wrong.
    std::string shut_gate(const db_instance& of, job_kind kind) {
        try {
            auto& mine = gates_[of.resource_id];
            if (kind == job_kind::remove || kind == job_kind::stop) {
                if (mine) mine->close();
                return {};
            }
            if (!mine) mine = make_gate(of.resource_id, of.address, static_cast<std::uint16_t>(of.port));
            if (kind == job_kind::restart || kind == job_kind::fail_over) mine->pause();
            return {};
        } catch (const gate_error& failed) {
            return failed.what();
        }
    }

    // After a job that went well, and before its outcome is told.
    std::string open_gate(const std::string& id, job_kind kind) {
        try {
            if (kind == job_kind::remove) gates_.erase(id);
            const auto row = instance_by_resource_id(db_, id);
            const auto process = processes_.find(id);
            // A final snapshot is nobody's time to connect.
            const bool ends = row && (row->status == "deleting" || row->status == "stopping");
            if (kind == job_kind::remove || kind == job_kind::stop || !row || ends ||
                process == processes_.end() || !process->second->server) {
                return {};
            }
            db_instance as = *row;
            if (kind == job_kind::restart) apply_pending(as, values_due(db_, as));
            auto& mine = gates_[id];
            const auto port = static_cast<std::uint16_t>(as.port);
            if (mine && mine->port() != port) mine.reset();
            if (!mine) mine = make_gate(id, as.address, port);
            mine->open(process->second->server->handover_socket());
            return {};
        } catch (const std::exception& failed) {
            return failed.what();
        }
    }

    std::unique_ptr<gate> make_gate(const std::string& id, const std::string& address, std::uint16_t port) {
        gate_params out;
        out.name = id;
        out.address = address;
        out.port = port;
        out.judge = [this, id](const gate_peer& from) { return admission_.judge(id, from); };
        return std::make_unique<gate>(gate_loop_, std::move(out));
    }

    // Runs the work on a worker, then what follows on the loop, which does not end before.
    template<class Work, class Then>
    void run(const std::string& id, Work work, Then then) {
        boost::asio::post(pool_, [this, id, work = std::move(work), then = std::move(then),
                                  guard = boost::asio::make_work_guard(loop_)] {
            std::string failure;
            try {
                work();
            } catch (const std::exception& failed) {
                failure = failed.what();
                spdlog::error("DB instance {}: {}", id, failure);
            }
            boost::asio::post(loop_, [then, failure] { then(failure); });
        });
    }

    void write_down(const std::string& id, job_kind kind, const std::string& snapshot,
                    const std::string& failure) {
        try {
            const auto row = instance_by_resource_id(db_, id);
            if (!row || (!failure.empty() && is_tried_again(id, kind))) return;
            transaction whole{db_};
            if (!snapshot.empty() && kind == job_kind::snapshot) {
                set_snapshot_status(db_, snapshot, failure.empty() ? "available" : "failed");
            }
            if (failure.empty()) {
                finish_job(db_, kind, *row, *processes_.at(id), now());
                tries_.erase(id);
            } else {
                fail_job(db_, kind, *row, failure, now());
                if (kind == job_kind::add_standby) {
                    standby_failed_at_[id] = std::chrono::steady_clock::now();
                } else if (is_final(kind, *row)) {
                    given_up_.insert(id);
                }
            }
            whole.commit();
            refresh();
        } catch (const std::exception& failed) {
            // What happened is not written: the next look finds the row as it was, and does it again.
            spdlog::error("writing down what became of {} failed: {}", id, failed.what());
            given_up_.insert(id);
        }
        if (kind == job_kind::stop || kind == job_kind::remove) processes_.erase(id);
    }

    // A server can be killed in the midst of being brought up. Nothing is written down then: the next look
    // finds the row as it was.
    bool is_tried_again(const std::string& id, job_kind kind) {
        if (kind != job_kind::bring_up && kind != job_kind::restart) return false;
        if (++tries_[id] < tries_max) return true;
        tries_.erase(id);
        return false;
    }

    // Whether a job that failed leaves nothing to be tried.
    static bool is_final(job_kind kind, const db_instance& of) {
        if (kind == job_kind::fail_over || kind == job_kind::check_standby || kind == job_kind::modify) {
            return false;
        }
        const bool ends = of.status == "stopping" || of.status == "deleting";
        return !ends || kind == job_kind::stop || kind == job_kind::remove;
    }

    void stop_for_now(const std::string& id) {
        const auto found = processes_.find(id);
        if (found == processes_.end() || !found->second->server || !busy_.insert(id).second) return;
        run(
            id,
            [process = found->second] {
                process->in_sync = false;
                process->server->stop(); // before its standby, which it brings up to date as it ends
                process->server.reset();
                process->standby.reset();
            },
            [this, id](const std::string&) {
                busy_.erase(id);
                settle();
            });
    }

    void settle() {
        if (busy_.empty() && done_) std::exchange(done_, nullptr)();
    }

    boost::asio::io_context& loop_;
    state& db_;
    instances_params params_;
    certificate_authority authority_;
    vault vault_;
    admission admission_;
    std::int64_t changes_seen_ = -1;
    gate_loop gate_loop_;
    std::map<std::string, std::unique_ptr<gate>> gates_;
    std::vector<int> installed_;
    std::map<std::string, std::shared_ptr<instance_process>> processes_;
    std::set<std::string> busy_; // a job has them
    std::set<std::string>
        given_up_; // what failed is not tried again before it is asked for, or the next start
    std::map<std::string, int> tries_; // to bring one up, since it last went well
    std::map<std::string, std::chrono::steady_clock::time_point> standby_failed_at_;
    std::chrono::steady_clock::time_point next_schedule_{};
    std::chrono::steady_clock::time_point next_check_{};
    bool stopping_ = false;
    std::function<void()> done_;
    boost::asio::steady_timer timer_;
    boost::asio::thread_pool pool_;
};

instances::instances(boost::asio::io_context& loop, state& db, instances_params params)
    : implementation_{std::make_unique<implementation>(loop, db, std::move(params))} {}

instances::~instances() = default;

void instances::start() {
    implementation_->start();
}

void instances::wake(const std::string& resource_id) {
    implementation_->wake(resource_id);
}

void instances::stop(std::function<void()> done) {
    implementation_->stop(std::move(done));
}

void instances::refresh() {
    implementation_->refresh();
}

const std::string& instances::bundle() const {
    return implementation_->bundle();
}

epoch_ms instances::now() const {
    return implementation_->now();
}

std::optional<int> instances::serving_major(int asked) const {
    return implementation_->serving_major(asked);
}

const std::vector<int>& instances::installed() const {
    return implementation_->installed();
}

std::optional<std::string> instances::free_address(const std::string& region, const std::string& identifier,
                                                   std::int64_t port) {
    return implementation_->free_address(region, identifier, port);
}

} // namespace cruddur::cloud
