-- A gallery as schema 6 left it: made-up vectors of 8 numbers, no pictures. Never edit.
CREATE TABLE people (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            name_key TEXT NOT NULL UNIQUE,  -- siamapp.store.people.name_key
            created_utc TEXT NOT NULL
        , tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags)), consent_note TEXT NOT NULL DEFAULT '', consent_date TEXT, retain_until TEXT) STRICT
        ;
INSERT INTO people VALUES (1, 'Ada Example', 'ada example', '2026-11-25T04:30:19+00:00', '[]', '', NULL, NULL);
INSERT INTO people VALUES (2, 'Bob Example', 'bob example', '2026-11-25T04:30:20+00:00', '[]', '', NULL, NULL);
CREATE TABLE templates (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            embedder_id TEXT NOT NULL,
            embedding BLOB NOT NULL CHECK (length(embedding) % 4 = 0),  -- float32, little-endian
            quality TEXT NOT NULL,  -- JSON of siamapp.types.Quality
            created_utc TEXT NOT NULL,
            crop_png BLOB  -- last, so that reading the rest does not read the crop's pages
        ) STRICT
        ;
INSERT INTO templates VALUES (1, 1, 'embedder-of-the-tests', X'c33d8a3d0f4091bd8c09b03e45ad663d393e93bec4c9463e3b38333f4f2a023f', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:30:19+00:00', NULL);
INSERT INTO templates VALUES (2, 1, 'embedder-of-the-tests', X'61b82b3e5f21cc3e9331243e5ae221bf58efe03e84cd5d3ed56785beda60903e', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:30:19+00:00', NULL);
INSERT INTO templates VALUES (3, 2, 'embedder-of-the-tests', X'1774623d6c8a1cbebc63f7bd56c736bfd8bb063f7450ab3e7ce6c2bdcbb8673e', '{"eye_distance_px": 80.5, "sharpness": 0.25, "luminance": 0.5, "contrast": 0.2, "yaw_deg": -3.0, "pitch_deg": 4.0, "roll_deg": 1.5, "inside": 1.0}', '2026-11-25T04:30:20+00:00', NULL);
CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at_utc TEXT NOT NULL,
            kind TEXT NOT NULL,
            facts TEXT NOT NULL,  -- JSON; people by number, never by name
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT
        ;
INSERT INTO audit VALUES (1, '2026-11-25T04:30:19.985+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 1, "samples": 2}', X'cf2760c03fe06efd5aea79a41a2fc3f0c2e5cf82c012455085e0ca9bb9d32338');
INSERT INTO audit VALUES (2, '2026-11-25T04:30:20.041+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 2, "samples": 1}', X'68246a663b21237eff86eb8f0422b16cf340019b5b2357fcd08cdc3984fc208b');
INSERT INTO audit VALUES (3, '2026-11-25T04:30:20.102+00:00', 'enrol', '{"embedder_id": "embedder-of-the-tests", "person_id": 3, "samples": 1}', X'55b9221dbbc536b1ade2f8992f21da9202975128a84ddc65e23303f03d82a42d');
INSERT INTO audit VALUES (4, '2026-11-25T04:30:20.188+00:00', 'delete', '{"other_id": null, "person_id": 3, "samples": null}', X'4b1de5c3ab8163db1236919a87c7ef42a75fa3e8f2bf5e6a6b30f5abebc377e4');
CREATE TABLE audit_head (number INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO audit_head VALUES (4, X'4b1de5c3ab8163db1236919a87c7ef42a75fa3e8f2bf5e6a6b30f5abebc377e4');
CREATE TABLE audit_checkpoint (  -- siamapp.store.checkpoint
            number INTEGER NOT NULL,
            hash BLOB NOT NULL CHECK (length(hash) = 32),
            at_utc TEXT NOT NULL,
            mac BLOB NOT NULL
        ) STRICT
        ;
INSERT INTO audit_checkpoint VALUES (0, zeroblob(32), '', x'');
CREATE TABLE rejections (  -- "this face is not that person"
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
            embedder_id TEXT NOT NULL,
            embedding BLOB NOT NULL CHECK (length(embedding) % 4 = 0),  -- float32, little-endian
            created_utc TEXT NOT NULL
        ) STRICT
        ;
INSERT INTO rejections VALUES (1, 1, 'embedder-of-the-tests', X'4b2689be0a7c993c78fc28bfc858b2bd6289283f85ac47bc3bc4e83dabd9473e', '2026-11-25T04:31:00+00:00');
CREATE INDEX templates_by_person ON templates (person_id);
CREATE INDEX templates_by_embedder ON templates (embedder_id);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN old.number > (SELECT number FROM audit_checkpoint) BEGIN SELECT raise(ABORT, 'the audit is append-only'); END;
CREATE INDEX rejections_by_person ON rejections (person_id);
CREATE INDEX people_by_retention ON people (retain_until);
CREATE INDEX audit_by_kind_and_time ON audit (kind, at_utc);
CREATE TABLE decision_pictures (  -- siamapp.store.pictures
            number INTEGER PRIMARY KEY REFERENCES audit (number) ON DELETE CASCADE,
            person_id INTEGER REFERENCES people (id) ON DELETE CASCADE,  -- whom it was taken for
            jpeg BLOB NOT NULL
        ) STRICT
        ;
CREATE INDEX decision_pictures_by_person ON decision_pictures (person_id);
CREATE TABLE protection (  -- siamapp.store.protection; no row: templates as they are
            id INTEGER PRIMARY KEY CHECK (id = 1),
            version INTEGER NOT NULL,
            secret BLOB NOT NULL CHECK (length(secret) = 32)
        ) STRICT
        ;
UPDATE sqlite_sequence SET seq = 3 WHERE name = 'people';
PRAGMA application_id = 1399415149;
PRAGMA user_version = 6;
