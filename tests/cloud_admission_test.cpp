#include "cloud/door/services.hpp"
#include "cloud/ec2/ec2_records.hpp"
#include "cloud/fleet/admission.hpp"
#include "cloud/fleet/instance_records.hpp"
#include "support/server.hpp"

#include <gtest/gtest.h>

using namespace cruddur::cloud::door;
using namespace cruddur::cloud::ec2;
using namespace cruddur::cloud::fleet;
using namespace cruddur::cloud::ground;

namespace {

constexpr int function_connection = 41; // that a function's process made

// An instance whose one group admits the members of another.
class admissions : public testing::Test {
protected:
    admissions() {
        vpc_ = ensure_network(db_, "us-east-1");
        const auto group = [&](const char* name) {
            return insert_group(db_, "us-east-1", {{}, vpc_, name, name});
        };
        const std::string door = group("door");
        members_ = group("members");
        insert_rule(db_, {"sgr-00000000000000001", door, false, "tcp", 5432, 5432, members_, {}});
        db_instance made;
        made.resource_id = "db-A";
        made.region = "us-east-1";
        made.port = 5432;
        made.availability_zone = "us-east-1a";
        made.address = "127.1.2.3";
        insert_instance(db_, made);
        set_instance_groups(db_, made.resource_id, {door});
    }

    void admit_network(const char* cidr) {
        ++rules_;
        const std::string door = instance_groups(db_, "db-A").front();
        insert_rule(db_, {"sgr-" + std::to_string(rules_), door, false, "tcp", 5432, 5432, cidr, {}});
    }

    [[nodiscard]] bool admits(const origin_lookup& origin_of, int connection = function_connection) {
        admission rules{origin_of};
        rules.refresh(db_);
        return rules.judge("db-A", {"127.0.0.1", 40'001, connection}).admitted;
    }

    cruddur::test::temporary_folder folder_;
    state db_{folder_.path() / "data", all_migrations()};
    std::string vpc_;
    std::string members_;
    int rules_ = 1;
};

TEST_F(admissions, of_a_member_of_the_group_that_a_rule_names) {
    const origin_lookup member = [this](int connection) -> std::optional<peer_origin> {
        if (connection != function_connection) return std::nullopt;
        return peer_origin{"172.31.0.9", {"sg-other", members_}, vpc_};
    };
    EXPECT_TRUE(admits(member));
    EXPECT_FALSE(admits(member, function_connection + 1));
    EXPECT_FALSE(admits({}));
}

TEST_F(admissions, of_nobody_who_stands_in_another_vpc) {
    admit_network("0.0.0.0/0");
    const auto in = [this](const std::string& vpc) -> origin_lookup {
        return [this, vpc](int) { return peer_origin{"172.31.0.9", {members_}, vpc}; };
    };
    EXPECT_TRUE(admits(in(vpc_)));
    EXPECT_FALSE(admits(in("vpc-00000000000000001"))); // whatever its address and its groups
}

TEST_F(admissions, take_a_peers_origin_for_its_address) {
    admit_network("127.0.0.1/32");
    const auto from = [](const char* address) -> origin_lookup {
        return [address](int) { return peer_origin{address, {}, {}}; };
    };
    EXPECT_FALSE(admits(from("203.0.113.9"))); // neither in the VPC nor admitted by a rule
    EXPECT_FALSE(admits(from("172.31.0.9")));
    admit_network("172.31.0.0/16");
    EXPECT_TRUE(admits(from("172.31.0.9")));
}

} // namespace
