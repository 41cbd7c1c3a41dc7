"""Addresses of the room."""

from __future__ import annotations

from django.urls import path, re_path

from kawasan.rooms.zone.pages import desk, join, me, team

app_name = "zone"

urlpatterns = [
    path("gabung", join.join, name="join"),
    path("gabung/draf", join.join_draft, name="join_draft"),
    path("gabung/kbli", join.kbli_found, name="join_kbli"),
    path("gabung/wilayah", join.regions_found, name="join_regions"),
    path("gabung/kecamatan", join.districts_found, name="join_districts"),
    path("usaha", join.mine, name="mine"),
    path("usaha/<slug:slug>", join.business, name="business"),
    path("usaha/<slug:slug>/perbaiki", join.correct, name="correct"),
    path("usaha/<slug:slug>/tim", team.team, name="team"),
    path("usaha/<slug:slug>/tim/<str:person>/peran", team.member_role, name="member_role"),
    path("usaha/<slug:slug>/tim/<str:person>/keluarkan", team.member_removed, name="member_removed"),
    path("usaha/<slug:slug>/undangan/<str:invitation>/tarik", team.invitation_withdrawn, name="invitation_withdrawn"),
    path("usaha/<slug:slug>/kunci", team.keys, name="keys"),
    path("usaha/<slug:slug>/kunci/<str:key>/cabut", team.key_revoked, name="key_revoked"),
    path("undangan/<str:token>", team.invitation, name="invitation"),
    path("kawasan/pendaftaran", desk.applications, name="applications"),
    re_path(r"^kawasan/pendaftaran\.(?P<kind>csv|xlsx)$", desk.applications_export, name="applications_export"),
    path("kawasan/usaha/<slug:slug>", desk.application, name="application"),
    path("kawasan/usaha/<slug:slug>/identitas", desk.identity, name="identity"),
    re_path(
        r"^kawasan/usaha/(?P<slug>[-a-z0-9]+)/(?P<step>terima|kembalikan|hentikan|pulihkan)$",
        desk.decision,
        name="decision",
    ),
    path("kawasan/petugas", desk.people, name="people"),
    path("kawasan/petugas/<str:person>/peran", desk.person_role, name="person_role"),
    path("kawasan/petugas/<str:person>/keluarkan", desk.person_removed, name="person_removed"),
    path("kawasan/undangan/<str:invitation>/tarik", desk.zone_invitation_withdrawn, name="zone_invitation_withdrawn"),
    path("akun/saya", me.me, name="me"),
    path("akun/kunci", team.keys, name="my_keys"),
    path("akun/kunci/<str:key>/cabut", team.key_revoked, name="my_key_revoked"),
]
