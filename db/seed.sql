-- People and posts to begin with. Seeding again changes nothing: every row has a uuid of its own that says so, and what
-- real people have written, liked and reposted is not touched. The schema's triggers count all of it.

insert into public.users (uuid, display_name, handle, email, bio, cognito_user_id) values
    ('5eed0000-0000-4000-8000-000000000001', 'Andrew Brown', 'andrewbrown', 'andrew@example.com', 'Teaching the cloud, one week at a time.', 'MOCK-andrewbrown'),
    ('5eed0000-0000-4000-8000-000000000002', 'Andrew Bayko', 'bayko', 'bayko@example.com', 'Here for the code reviews.', 'MOCK-bayko'),
    ('5eed0000-0000-4000-8000-000000000003', 'Worf, Son of Mogh', 'worf', 'worf@example.com', 'Today is a good day to post.', 'MOCK-worf'),
    ('5eed0000-0000-4000-8000-000000000004', 'Londo Mollari', 'londo', 'londo@example.com', null, 'MOCK-londo'),
    ('5eed0000-0000-4000-8000-000000000005', 'Siobhán O''Brien', 'siobhan', 'siobhan@example.com', 'Coffee, trains, PostgreSQL.', 'MOCK-siobhan'),
    ('5eed0000-0000-4000-8000-000000000006', '山田 花子', 'hanako', 'hanako@example.com', '写真と自転車', 'MOCK-hanako'),
    ('5eed0000-0000-4000-8000-000000000007', 'ليلى حداد', 'layla', 'layla@example.com', null, 'MOCK-layla'),
    ('5eed0000-0000-4000-8000-000000000008', 'Amara Okafor', 'amara', 'amara@example.com', 'Data engineer. Runs on jollof.', 'MOCK-amara'),
    ('5eed0000-0000-4000-8000-000000000009', 'Ingrid Sørensen', 'ingrid', 'ingrid@example.com', null, 'MOCK-ingrid'),
    ('5eed0000-0000-4000-8000-000000000010', 'Mateo García', 'mateo', 'mateo@example.com', 'Bosques, libros y bases de datos.', 'MOCK-mateo'),
    ('5eed0000-0000-4000-8000-000000000011', 'Priya Raman', 'priya', 'priya@example.com', 'Security groups are my love language.', 'MOCK-priya'),
    ('5eed0000-0000-4000-8000-000000000012', 'Tomasz Wójcik', 'tomasz', 'tomasz@example.com', null, 'MOCK-tomasz')
on conflict do nothing;

insert into public.activities (uuid, user_uuid, message, expires_at, created_at)
select post.uuid::uuid, users.uuid, post.message, now() + post.lives, now() - post.age
from (values
    ('5eed0000-0000-4000-8000-000000000101', 'andrewbrown', 'This was imported as seed data!',
     interval '10 days', interval '2 minutes'),
    ('5eed0000-0000-4000-8000-000000000102', 'siobhan', 'Renamed a column today. Nobody noticed. This is what success looks like.',
     interval '7 days', interval '9 minutes'),
    ('5eed0000-0000-4000-8000-000000000103', 'worf', 'A warrior does not need a second opinion. A warrior needs a second replica.',
     interval '3 days', interval '21 minutes'),
    ('5eed0000-0000-4000-8000-000000000104', 'hanako', '多摩川沿いを自転車で走ってきた。風が気持ちいい 🚲',
     interval '1 day', interval '38 minutes'),
    ('5eed0000-0000-4000-8000-000000000105', 'priya', 'If psql hangs and never says why, it is the security group. It is always the security group.',
     interval '30 days', interval '55 minutes'),
    ('5eed0000-0000-4000-8000-000000000106', 'bayko', E'Three rules of review:\n1. read it\n2. run it\n3. be kind',
     interval '7 days', interval '1 hour 20 minutes'),
    ('5eed0000-0000-4000-8000-000000000107', 'amara', 'Pot of jollof on the stove, query plan on the second screen. Balance. 🍚',
     interval '12 hours', interval '2 hours'),
    ('5eed0000-0000-4000-8000-000000000108', 'layla', 'مساء الخير من عمّان، القهوة جاهزة ☕',
     interval '1 day', interval '2 hours 35 minutes'),
    ('5eed0000-0000-4000-8000-000000000109', 'mateo', 'Hoy aprendí que un índice parcial puede ser diez veces más pequeño.',
     interval '3 days', interval '3 hours'),
    ('5eed0000-0000-4000-8000-000000000110', 'tomasz', '''); DROP TABLE users;-- is a perfectly fine message, and it is stored as typed.',
     interval '7 days', interval '4 hours'),
    ('5eed0000-0000-4000-8000-000000000111', 'ingrid', 'This post disappears in three hours. So will the snow, they say.',
     interval '3 hours', interval '4 hours 30 minutes'),
    ('5eed0000-0000-4000-8000-000000000112', 'londo', 'My shoes are too tight, but it does not matter: this post expires anyway.',
     interval '1 day', interval '5 hours'),
    ('5eed0000-0000-4000-8000-000000000113', 'siobhan', 'The 07:42 is late. I have written a window function about it.',
     interval '1 day', interval '7 hours'),
    ('5eed0000-0000-4000-8000-000000000114', 'andrewbrown', 'Week 4 is PostgreSQL and RDS. Bring a database and something to drink.',
     interval '30 days', interval '9 hours'),
    ('5eed0000-0000-4000-8000-000000000115', 'priya', 'Reminder: 0.0.0.0/0 is not an address, it is a cry for help.',
     interval '7 days', interval '11 hours'),
    ('5eed0000-0000-4000-8000-000000000116', 'amara', 'EXPLAIN (ANALYZE, BUFFERS) before you argue about it.',
     interval '7 days', interval '13 hours'),
    ('5eed0000-0000-4000-8000-000000000117', 'hanako', '朝の光で撮ると、コンクリートもきれいに見える 📷',
     interval '3 days', interval '16 hours'),
    ('5eed0000-0000-4000-8000-000000000118', 'worf', 'Prune juice.',
     interval '12 hours', interval '18 hours'),
    ('5eed0000-0000-4000-8000-000000000119', 'bayko', 'Deleted four hundred lines. The tests got faster and so did I.',
     interval '7 days', interval '22 hours'),
    ('5eed0000-0000-4000-8000-000000000120', 'mateo', 'El bosque después de la lluvia 🌲',
     interval '3 days', interval '1 day 2 hours'),
    ('5eed0000-0000-4000-8000-000000000121', 'tomasz', 'Does anyone else read the release notes for fun?',
     interval '7 days', interval '1 day 5 hours'),
    ('5eed0000-0000-4000-8000-000000000122', 'ingrid', 'Kanelboller in the office kitchen. First come, first served.',
     interval '12 hours', interval '1 day 8 hours'),
    ('5eed0000-0000-4000-8000-000000000123', 'layla', 'Anyone up for a reading group on transaction isolation?',
     interval '7 days', interval '1 day 14 hours'),
    ('5eed0000-0000-4000-8000-000000000124', 'londo', 'In the end, every feed is sorted by time.',
     interval '30 days', interval '2 days'),
    ('5eed0000-0000-4000-8000-000000000125', 'andrewbrown', 'Homework: drop the database, then bring it back. In that order, please.',
     interval '7 days', interval '2 days 6 hours'),
    ('5eed0000-0000-4000-8000-000000000126', 'siobhan', 'My tests pass, my tea is hot, it is 16:59. Do not speak to me. 🫖',
     interval '3 days', interval '2 days 9 hours'),
    ('5eed0000-0000-4000-8000-000000000127', 'hanako', '新しいレンズが届いた!週末が待ち遠しい。',
     interval '7 days', interval '2 days 15 hours'),
    ('5eed0000-0000-4000-8000-000000000128', 'priya', 'TLS verify-full or it did not happen.',
     interval '30 days', interval '3 days'),
    ('5eed0000-0000-4000-8000-000000000129', 'amara', 'A backup nobody has restored is a rumour.',
     interval '30 days', interval '3 days 4 hours'),
    ('5eed0000-0000-4000-8000-000000000130', 'mateo', 'Regla de oro: nunca pegues texto en una consulta. Parámetros, siempre.',
     interval '7 days', interval '3 days 11 hours')
) as post (uuid, handle, message, lives, age)
join public.users on users.handle = post.handle and users.uuid::text like '5eed0000-%'
on conflict do nothing;

insert into public.activities (uuid, user_uuid, message, reply_to_activity_uuid, expires_at, created_at)
select reply.uuid::uuid, users.uuid, reply.message, parent.uuid, parent.expires_at, parent.created_at + reply.later
from (values
    ('5eed0000-0000-4000-8000-000000000201', 'bayko', 'Confirmed: it was.',
     '5eed0000-0000-4000-8000-000000000101', interval '20 seconds'),
    ('5eed0000-0000-4000-8000-000000000202', 'worf', 'Seed data. An honourable beginning.',
     '5eed0000-0000-4000-8000-000000000101', interval '50 seconds'),
    ('5eed0000-0000-4000-8000-000000000203', 'tomasz', 'Except the one time it was the route table.',
     '5eed0000-0000-4000-8000-000000000105', interval '6 minutes'),
    ('5eed0000-0000-4000-8000-000000000204', 'andrewbrown', 'And except the one time the instance was stopped.',
     '5eed0000-0000-4000-8000-000000000105', interval '11 minutes'),
    ('5eed0000-0000-4000-8000-000000000205', 'amara', '4. say thank you',
     '5eed0000-0000-4000-8000-000000000106', interval '14 minutes'),
    ('5eed0000-0000-4000-8000-000000000206', 'ingrid', 'Save me a plate.',
     '5eed0000-0000-4000-8000-000000000107', interval '10 minutes'),
    ('5eed0000-0000-4000-8000-000000000207', 'layla', 'So that is two of us.',
     '5eed0000-0000-4000-8000-000000000121', interval '1 hour'),
    ('5eed0000-0000-4000-8000-000000000208', 'priya', 'Count me in, serializable only.',
     '5eed0000-0000-4000-8000-000000000123', interval '25 minutes')
) as reply (uuid, handle, message, parent, later)
join public.users on users.handle = reply.handle and users.uuid::text like '5eed0000-%'
join public.activities as parent on parent.uuid = reply.parent::uuid
on conflict do nothing;

-- Who liked and reposted what: any even spread does, as long as it is the same at every load.
insert into public.activity_likes (activity_uuid, user_uuid, created_at)
select activities.uuid, users.uuid, activities.created_at + interval '1 minute'
from public.activities
cross join public.users
where activities.uuid between '5eed0000-0000-4000-8000-000000000101' and '5eed0000-0000-4000-8000-000000000299'
  and users.uuid between '5eed0000-0000-4000-8000-000000000001' and '5eed0000-0000-4000-8000-000000000099'
  and mod(abs(hashtext(activities.uuid::text || users.handle)::bigint), 3) = 0
on conflict do nothing;

insert into public.activity_reposts (activity_uuid, user_uuid, created_at)
select activities.uuid, users.uuid, activities.created_at + interval '1 minute'
from public.activities
cross join public.users
where activities.uuid between '5eed0000-0000-4000-8000-000000000101' and '5eed0000-0000-4000-8000-000000000199'
  and users.uuid between '5eed0000-0000-4000-8000-000000000001' and '5eed0000-0000-4000-8000-000000000099'
  and mod(abs(hashtext(users.handle || activities.uuid::text)::bigint), 7) = 0
on conflict do nothing;
