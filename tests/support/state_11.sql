-- Local AWS's state as version 11 had it, the last one of one list for all services: the groups door and app, of which door
-- is the stopped DB instance kept's and admits app, whose member is the function told; the snapshot kept-once; the log group
-- /cruddur/app; and the pool kept with the user brown@example.com, whose password is Sturdy-Passw0rd.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE db_event (
        id integer primary key,
        region text not null,
        source_type text not null,
        source text not null,
        category text not null,
        message text not null,
        at integer not null
    ) strict;
INSERT INTO "db_event" VALUES(1,'us-east-1','db-instance','kept','creation','DB instance created',1795872566589);
INSERT INTO "db_event" VALUES(2,'us-east-1','db-snapshot','kept-once','creation','Creating manual snapshot',1795872566770);
INSERT INTO "db_event" VALUES(3,'us-east-1','db-instance','kept','backup','Finished DB Instance backup',1795872568126);
INSERT INTO "db_event" VALUES(4,'us-east-1','db-instance','kept','notification','DB instance stopped',1795872569057);
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
        restored_from text not null, node integer not null default 0, fails_over integer not null default 0, keeps_backups integer not null default 0, is_partial integer not null default 0,
        unique (region, identifier)
    ) strict;
INSERT INTO "db_instance" VALUES('db-ELOEIEDLKIIIHKONLOJCICONEJ','us-east-1','kept','stopped','db.t3.micro','15.20',15,'root_user','SCRAM-SHA-256$4096:ZKV6GpgBTo0CXm/0T4M1fg==$ozRjCuaWaNiriLic+FhPIwOrVV1vzkdBr65oSEnjgBw=:By1oQWk4SHdlXEWCxHADGUmpquUA7wPQof8+0+FgNzE=','cruddur','127.158.124.193',5432,20,'gp2',NULL,NULL,NULL,'us-east-1a','',0,1,0,'04:00-04:30','sun:05:00-sun:05:30',0,'',0,7,0,1,0,1795872566589,4102444800000,'',0,0,0,0);
CREATE TABLE db_instance_pending (
        resource_id text not null references db_instance on delete cascade,
        name text not null,
        value text not null,
        primary key (resource_id, name)
    ) strict;
INSERT INTO "db_instance_pending" VALUES('db-ELOEIEDLKIIIHKONLOJCICONEJ','DBInstanceClass','db.t3.small');
CREATE TABLE db_instance_security_group (
        resource_id text not null references db_instance on delete cascade,
        group_id text not null references security_group,
        primary key (resource_id, group_id)
    ) strict;
INSERT INTO "db_instance_security_group" VALUES('db-ELOEIEDLKIIIHKONLOJCICONEJ','sg-08b8fbd9dfa2df66a');
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
INSERT INTO "db_snapshot" VALUES('snapshot-81161561d5dd68d1ddcaa78c','us-east-1','kept-once','available','manual',1795872566770,100,'db-ELOEIEDLKIIIHKONLOJCICONEJ','kept','db.t3.micro','15.20',15,'root_user','SCRAM-SHA-256$4096:ZKV6GpgBTo0CXm/0T4M1fg==$ozRjCuaWaNiriLic+FhPIwOrVV1vzkdBr65oSEnjgBw=:By1oQWk4SHdlXEWCxHADGUmpquUA7wPQof8+0+FgNzE=','cruddur',5432,20,'gp2',NULL,NULL,'us-east-1a',0,'',1795872566589,0);
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
        modified text not null, storage_mib integer not null default 512, tracing text not null default 'PassThrough',
        unique (region, name)
    ) strict;
INSERT INTO "function" VALUES('arn:aws:lambda:us-east-1:000000000000:function:told','us-east-1','told','provided.al2023','arn:aws:iam::000000000000:role/told','bootstrap','',3,128,'{"CONNECTION_URL":"postgresql://x"}','{"SubnetIds":["subnet-007b5ffe5ceee53a8"],"SecurityGroupIds":["sg-0799a917424d716e9"],"VpcId":"vpc-067b0db0fc13d1f51","Address":"172.31.0.100"}','{"team":"crud"}',NULL,'6f45764ed1ea71907959deb1e9f2a7618f4e5cdaffbc1e6e4e6dc5e49eab645e',126,'2d407001-ec54-476a-9d87-be6f2108a462','2026-11-28T13:29:21.000+0000',512,'PassThrough');
CREATE TABLE function_permission (
        arn text not null references function on delete cascade,
        sid text not null,
        statement text not null,
        primary key (arn, sid)
    ) strict;
INSERT INTO "function_permission" VALUES('arn:aws:lambda:us-east-1:000000000000:function:told','pool','{"Sid":"pool","Effect":"Allow","Principal":{"Service":"cognito-idp.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"arn:aws:lambda:us-east-1:000000000000:function:told"}');
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
INSERT INTO "log_event" VALUES(1,'us-east-1','/cruddur/app','one',4102444800000,4102444800000,'kept');
CREATE TABLE log_group (
        region text not null,
        name text not null,
        created_ms integer not null,
        retention_days integer,
        tags text not null default '{}', class text not null default 'STANDARD', deletion_protection integer not null default 0,
        primary key (region, name)
    ) strict;
INSERT INTO "log_group" VALUES('us-east-1','/cruddur/app',1795872561275,3653,'{}','STANDARD',0);
CREATE TABLE log_stream (
        region text not null,
        group_name text not null,
        name text not null,
        created_ms integer not null,
        primary key (region, group_name, name),
        foreign key (region, group_name) references log_group on delete cascade
    ) strict;
INSERT INTO "log_stream" VALUES('us-east-1','/cruddur/app','one',1795872561279);
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
CREATE TABLE pool_session (
        hash text primary key,
        client_id text not null references user_pool_client on delete cascade,
        challenge text not null,
        data text not null,
        expires_at integer not null
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
        modified_at integer not null, password_at integer not null default 0, phone_number text not null default '',
        primary key (pool_id, username)
    ) strict;
INSERT INTO "pool_user" VALUES('us-east-1_RXfK5R4dv','d638bc22-c28f-4d6c-9d7c-7f7088f33a8e','d638bc22-c28f-4d6c-9d7c-7f7088f33a8e','CONFIRMED',1,'{"email_verified":"true","email":"brown@example.com"}','brown@example.com','','67186bfb0e6faf66d7d027a5f7b120dd','00a0f683293f92cc20a18a4eebc8f74e4fd6eff3f4f1a3cfb11280651d2eb0563d3cf3a6fb7dbe3975cc698b123832c7bcd11267dd1fcaa9e9bb0393a30cb003365ac3710ac3ce80b55aa396e2590ed4227a12103825822373ec36c943372b6fc34d0c673da736486e8489c2e2e947d0b2c436558260079751c34cca91a9ecd3ebac45c7d44921ae023904ca926d94f18c85aaf9ae57122f0952aee42ef7df41d8660ee0bc1e780755e145243fae541d0ef24e5aa432459bd357aeb6f57477c00c91d67b7348dc71f58f824270b8fa233f260732548aebeb85207ba7b573c053d8b44d223bcf9e00129216944920234cf1d5ea16686a86f5ea1de5fb2e2dee07293709925eca6c3b7cb15a51f0b5a8f3b34649b617325d6d6e6ea3176f3dd3fd605bc966283b3051cb637f3be5d730558416d8ebac9985ee0502d55a0ad2913b2b1783af11e2e26c9e3253b9d60396446f5d3a8df5261e6cff3654bf33ce894595f1292c6a66c7a4b49c26090ec4041bf0033c84e09fe47e254c729862a3224892',0,0,0,1795872561,1795872561,1795872561,'');
CREATE TABLE security_group (
        id text primary key,
        vpc_id text not null references vpc,
        region text not null,
        name text not null,
        description text not null,
        unique (vpc_id, name)
    ) strict;
INSERT INTO "security_group" VALUES('sg-0ad6ceba91e319abd','vpc-067b0db0fc13d1f51','us-east-1','default','default VPC security group');
INSERT INTO "security_group" VALUES('sg-08b8fbd9dfa2df66a','vpc-067b0db0fc13d1f51','us-east-1','door','of the database');
INSERT INTO "security_group" VALUES('sg-0799a917424d716e9','vpc-067b0db0fc13d1f51','us-east-1','app','of the functions');
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
INSERT INTO "security_group_rule" VALUES('sgr-01f0167f76ce1e5f3','sg-0ad6ceba91e319abd',1,'-1',-1,-1,'0.0.0.0/0',NULL,NULL);
INSERT INTO "security_group_rule" VALUES('sgr-0a25bc4c7dfffc820','sg-0ad6ceba91e319abd',0,'-1',-1,-1,'sg-0ad6ceba91e319abd','sg-0ad6ceba91e319abd',NULL);
INSERT INTO "security_group_rule" VALUES('sgr-04c74a70ddd1784e8','sg-08b8fbd9dfa2df66a',1,'-1',-1,-1,'0.0.0.0/0',NULL,NULL);
INSERT INTO "security_group_rule" VALUES('sgr-0c0f24d5f64bd207f','sg-0799a917424d716e9',1,'-1',-1,-1,'0.0.0.0/0',NULL,NULL);
INSERT INTO "security_group_rule" VALUES('sgr-0f6fe70f1cf4edc94','sg-08b8fbd9dfa2df66a',0,'tcp',5432,5432,'203.0.113.7/32',NULL,'home');
INSERT INTO "security_group_rule" VALUES('sgr-0d305ab8fde26ef41','sg-08b8fbd9dfa2df66a',0,'tcp',5432,5432,'sg-0799a917424d716e9','sg-0799a917424d716e9',NULL);
CREATE TABLE subnet (
        id text primary key,
        vpc_id text not null references vpc,
        zone text not null unique,
        cidr text not null
    ) strict;
INSERT INTO "subnet" VALUES('subnet-007b5ffe5ceee53a8','vpc-067b0db0fc13d1f51','us-east-1a','172.31.0.0/20');
INSERT INTO "subnet" VALUES('subnet-0134e606b65689fc3','vpc-067b0db0fc13d1f51','us-east-1b','172.31.16.0/20');
INSERT INTO "subnet" VALUES('subnet-03d8f1022595c63c5','vpc-067b0db0fc13d1f51','us-east-1c','172.31.32.0/20');
INSERT INTO "subnet" VALUES('subnet-03b37e0ddef90e05f','vpc-067b0db0fc13d1f51','us-east-1d','172.31.48.0/20');
INSERT INTO "subnet" VALUES('subnet-0b58b14f77bddfa40','vpc-067b0db0fc13d1f51','us-east-1e','172.31.64.0/20');
INSERT INTO "subnet" VALUES('subnet-0262a433cf12eecb3','vpc-067b0db0fc13d1f51','us-east-1f','172.31.80.0/20');
CREATE TABLE tag (
        resource_id text not null,
        region text not null,
        key text not null,
        value text not null,
        primary key (resource_id, key)
    ) strict;
INSERT INTO "tag" VALUES('sg-0799a917424d716e9','us-east-1','team','crud');
INSERT INTO "tag" VALUES('sgr-0f6fe70f1cf4edc94','us-east-1','who','andrew');
INSERT INTO "tag" VALUES('sgr-0d305ab8fde26ef41','us-east-1','who','andrew');
INSERT INTO "tag" VALUES('arn:aws:rds:us-east-1:000000000000:db:kept','us-east-1','team','crud');
INSERT INTO "tag" VALUES('arn:aws:rds:us-east-1:000000000000:snapshot:kept-once','us-east-1','team','crud');
CREATE TABLE user_pool (
        id text primary key,
        region text not null,
        name text not null,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
INSERT INTO "user_pool" VALUES('us-east-1_RXfK5R4dv','us-east-1','kept','{"AutoVerifiedAttributes":["email"],"UsernameAttributes":["email"]}',1795872561,1795872561);
CREATE TABLE user_pool_client (
        id text primary key,
        pool_id text not null references user_pool on delete cascade,
        name text not null,
        secret text,
        settings text not null,
        created_at integer not null,
        modified_at integer not null
    ) strict;
INSERT INTO "user_pool_client" VALUES('sq79l3m6ms8qdalrr3ipq6ipw9','us-east-1_RXfK5R4dv','page',NULL,'{"ExplicitAuthFlows":["ALLOW_USER_PASSWORD_AUTH"]}',1795872561,1795872561);
CREATE TABLE user_pool_key (
        kid text primary key,
        pool_id text not null references user_pool on delete cascade,
        pem text not null,
        signs_from integer not null
    ) strict;
CREATE TABLE vpc (
        id text primary key,
        region text not null unique,
        cidr text not null
    ) strict;
INSERT INTO "vpc" VALUES('vpc-067b0db0fc13d1f51','us-east-1','172.31.0.0/16');
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
CREATE INDEX log_event_stream on log_event (region, group_name, stream_name, timestamp_ms, id);
CREATE INDEX log_event_group on log_event (region, group_name, timestamp_ms, id);
CREATE INDEX pool_user_phone_number on pool_user (pool_id, phone_number);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('log_event',1);
PRAGMA user_version = 11;
COMMIT;
