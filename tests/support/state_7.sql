-- Local AWS's state as version 7 of its schema had it: a pool that compares names without case, with the users AndrewB, whom
-- an administrator made, and brown, whose preferred_username is Parrot; the password of both is Sturdy-Passw0rd.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE vpc (
        id text primary key,
        region text not null unique,
        cidr text not null
    ) strict;
CREATE TABLE subnet (
        id text primary key,
        vpc_id text not null references vpc,
        zone text not null unique,
        cidr text not null
    ) strict;
CREATE TABLE security_group (
        id text primary key,
        vpc_id text not null references vpc,
        region text not null,
        name text not null,
        description text not null,
        unique (vpc_id, name)
    ) strict;
CREATE TABLE security_group_rule (
        id text primary key,
        group_id text not null references security_group on delete cascade,
        is_egress integer not null,
        protocol text not null,
        from_port integer not null,
        to_port integer not null,
        source text not null,
        referenced_group_id text references security_group,
        description text,
        unique (group_id, is_egress, protocol, from_port, to_port, source)
    ) strict;
CREATE TABLE tag (
        resource_id text not null,
        region text not null,
        key text not null,
        value text not null,
        primary key (resource_id, key)
    ) strict;
CREATE TABLE user_pool (
        id text primary key,
        region text not null,
        name text not null,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
INSERT INTO user_pool VALUES('us-east-1_tBEQ1kFRN','us-east-1','older','{"AliasAttributes":["email","preferred_username"],"UsernameConfiguration":{"CaseSensitive":false}}',1795864374,1795864374);
CREATE TABLE user_pool_key (
        kid text primary key,
        pool_id text not null references user_pool on delete cascade,
        pem text not null,
        signs_from integer not null
    ) strict;
CREATE TABLE user_pool_client (
        id text primary key,
        pool_id text not null references user_pool on delete cascade,
        name text not null,
        secret text,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
INSERT INTO user_pool_client VALUES('rkq80jrwjv01zacx08m9cd3o9v','us-east-1_tBEQ1kFRN','page',NULL,'{"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}',1795864374,1795864374);
CREATE TABLE pool_user (
        pool_id text not null references user_pool on delete cascade,
        username text not null,
        sub text not null unique,
        status text not null,
        enabled integer not null,
        attributes text not null,
        email text not null,
        preferred_username text not null,
        salt text not null,
        verifier text not null,
        failures integer not null,
        locked_until integer not null,
        owes_confirmation integer not null,
        created_at integer not null,
        modified_at integer not null,
        primary key (pool_id, username)
    ) strict;
INSERT INTO pool_user VALUES('us-east-1_tBEQ1kFRN','AndrewB','fad2eb38-3632-475d-a8c3-31ed67c19f1b','FORCE_CHANGE_PASSWORD',1,'{"email_verified":"True","email":"andrew@example.com","phone_number_verified":"false","phone_number":"+15550100"}','andrew@example.com','','2ff9d70a13d1b433434775fe88abf92f','6087557828530c3f49fe60f24a37c16b029435ecae81ecc52f898efcdb491681829cf1b7f13001738e98e37686c66a1999c58ab1bdbd02780c4e28c8d2c78f4bbeeca2180075bdf1faad51c787105556344dadfbcf257f9afdc1278d1e8ddd73411074e96d9d203fb52016a2aca8785bc4a99fc31ec86bce644271e9222a1db1b699d9d3153189934289ffe16298b2ccfbbe9be0651250549d6b44a24abfd6994109b1c08b296faeb777a84f5d3a7414db27486c033e2915595e500b6e968822012df2ef72dd5293f01d2b35ed2b49cc7f8cebcf0f07183837f87aca5194510b1c6fb2e5e0a1aadc1ca972fe4ab72f20a23441322196c78ed046d9eb7818bc9c90ea4a5ba07fe70374a61529511aaacff5514601329c63bd1daad392d890f74ff2a42ca19ca4530d18b989c2930a2b23f9953c9b46a87cad294d1795a90728f89d02330aeba385265853cbd83224273ba9b3e920a9fc742081287e50f94a4b56eb7670a85309ba16af5947de7d4bdabc3d1cbbc752bbb447e63fe8248cab5f37',0,0,0,1795864374,1795864374);
INSERT INTO pool_user VALUES('us-east-1_tBEQ1kFRN','brown','21a3e700-b2b3-4cbb-8272-8245d7ac687f','CONFIRMED',1,'{"email_verified":"false","email":"brown@example.com","preferred_username":"Parrot"}','brown@example.com','Parrot','ccd9bd2974356081b3ee502721608532','3e2795d8b84511ea5661d555a38815a69587c4532791776753be6b2d0b6ccbcca57acb8bebb3ff2e4712cecc93e146205c3f9875b24bffeb46e7e1babbd067bd30f9ab166ba2cd495eeee8ae54bf181b4ea4aacf0a864d0761e31713c49c130eec480bd41597a70048f03311091d7ce39049dc0570df10d418b5abb29af5c8ef577d101367367c95acc415db21b8d5e1739869b9e95ba9f8770c4f05f2997ac6bc67433a24dc03c9fe12c6a74c566cb2409c740a2b2448defa39b604a749a8ab330e0558c6ed0225debf07f172e287bfd9d74f35723cb3ddc5ad9bd8aba0480f6113b97a0f8b8c9de4502707a5d43cfa919a64a498fbdecf768c8416d2bce23ba22e342a1916e10d06c5875f0099e69ed4cf0e2a603118f99ff2ddeeaf3bf939e44bd940ebd5dbf6ff8ec7c7ba6183fccc1044bfe87fa456c4c338eb57bf9a401cf8014ee6c85d06ae7c842b0a8500d272564582733301a9ae62682385efbdf9e47c9565eb9e6c673405d4f358b398ca751a058a563708e7307dce6d97d2f677',0,0,0,1795864374,1795864374);
CREATE TABLE pool_code (
        pool_id text not null,
        username text not null,
        purpose text not null,
        hash text not null,
        expires_at integer not null,
        failures integer not null,
        sends integer not null,
        window_start integer not null,
        primary key (pool_id, username, purpose),
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
CREATE TABLE pool_sign_in (
        origin_jti text primary key,
        pool_id text not null,
        username text not null,
        client_id text not null references user_pool_client on delete cascade,
        refresh_hash text not null unique,
        auth_time integer not null,
        expires_at integer not null,
        revoked integer not null,
        foreign key (pool_id, username) references pool_user on delete cascade
    ) strict;
INSERT INTO pool_sign_in VALUES('6280b418-e3c7-4d09-8964-bcde907397e9','us-east-1_tBEQ1kFRN','brown','rkq80jrwjv01zacx08m9cd3o9v','19c427e68b5acb7cab73f7ed294531672ccd3a8fea0b13643dd6056a00e3d371',1795864374,1798456374,0);
CREATE TABLE pool_session (
        hash text primary key,
        client_id text not null references user_pool_client on delete cascade,
        challenge text not null,
        data text not null,
        expires_at integer not null
    ) strict;
CREATE TABLE db_instance (
        resource_id text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        address text not null unique,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        max_allocated_storage integer,
        availability_zone text not null,
        secondary_zone text not null,
        multi_az integer not null,
        publicly_accessible integer not null,
        backup_retention integer not null,
        backup_window text not null,
        maintenance_window text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        performance_insights integer not null,
        performance_insights_retention integer not null,
        deletion_protection integer not null,
        auto_minor_version_upgrade integer not null,
        copy_tags_to_snapshot integer not null,
        created_at integer,
        restart_at integer,
        restored_from text not null, node integer not null default 0, fails_over integer not null default 0,
        unique (region, identifier)
    ) strict;
CREATE TABLE db_instance_security_group (
        resource_id text not null references db_instance on delete cascade,
        group_id text not null references security_group,
        primary key (resource_id, group_id)
    ) strict;
CREATE TABLE db_instance_pending (
        resource_id text not null references db_instance on delete cascade,
        name text not null,
        value text not null,
        primary key (resource_id, name)
    ) strict;
CREATE TABLE db_snapshot (
        folder text primary key,
        region text not null,
        identifier text not null,
        status text not null,
        type text not null,
        created_at integer not null,
        percent integer not null,
        resource_id text not null,
        instance_identifier text not null,
        instance_class text not null,
        engine_version text not null,
        server_major integer not null,
        master_username text not null,
        master_verifier text not null,
        database_name text not null,
        port integer not null,
        allocated_storage integer not null,
        storage_type text not null,
        iops integer,
        storage_throughput integer,
        availability_zone text not null,
        storage_encrypted integer not null,
        kms_key_id text not null,
        instance_created_at integer, backup_retention integer not null default 1,
        unique (region, identifier)
    ) strict;
CREATE TABLE db_event (
        id integer primary key,
        region text not null,
        source_type text not null,
        source text not null,
        category text not null,
        message text not null,
        at integer not null
    ) strict;
CREATE TABLE function (
        arn text primary key,
        region text not null,
        name text not null,
        runtime text not null,
        role text not null,
        handler text not null,
        description text not null,
        timeout_s integer not null,
        memory_mib integer not null,
        environment text not null,
        vpc text not null,
        tags text not null,
        concurrency integer,
        code_sha256 text not null,
        code_bytes integer not null,
        revision text not null,
        modified text not null,
        unique (region, name)
    ) strict;
CREATE TABLE function_permission (
        arn text not null references function on delete cascade,
        sid text not null,
        statement text not null,
        primary key (arn, sid)
    ) strict;
CREATE TABLE log_group (
        region text not null,
        name text not null,
        created_ms integer not null,
        retention_days integer,
        tags text not null default '{}',
        primary key (region, name)
    ) strict;
CREATE TABLE log_stream (
        region text not null,
        group_name text not null,
        name text not null,
        created_ms integer not null,
        primary key (region, group_name, name),
        foreign key (region, group_name) references log_group on delete cascade
    ) strict;
CREATE TABLE log_event (
        id integer primary key autoincrement,
        region text not null,
        group_name text not null,
        stream_name text not null,
        timestamp_ms integer not null,
        ingested_ms integer not null,
        message text not null,
        foreign key (region, group_name, stream_name) references log_stream on delete cascade
    ) strict;
DELETE FROM sqlite_sequence;
CREATE INDEX security_group_rule_referenced_group_id on security_group_rule (referenced_group_id);
CREATE TRIGGER security_group_tags after delete on security_group begin
        delete from tag where resource_id = old.id;
    end;
CREATE TRIGGER security_group_rule_tags after delete on security_group_rule begin
        delete from tag where resource_id = old.id;
    end;
CREATE INDEX user_pool_key_pool_id on user_pool_key (pool_id);
CREATE INDEX user_pool_client_pool_id on user_pool_client (pool_id);
CREATE INDEX pool_user_email on pool_user (pool_id, email);
CREATE INDEX pool_user_preferred_username on pool_user (pool_id, preferred_username);
CREATE INDEX pool_sign_in_username on pool_sign_in (pool_id, username);
CREATE INDEX pool_sign_in_client_id on pool_sign_in (client_id);
CREATE INDEX db_instance_security_group_group_id on db_instance_security_group (group_id);
CREATE INDEX db_event_at on db_event (at);
CREATE INDEX log_event_stream on log_event (region, group_name, stream_name, id);
pragma user_version = 7;
COMMIT;
