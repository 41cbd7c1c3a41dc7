"""How the room says no about businesses, people and keys."""

from __future__ import annotations

from kawasan.core.errors import Conflict, Invalid, NotFound, msg


class UnknownBusiness(NotFound):
    """No such business, or not for this caller."""

    code = "unknown-business"
    title = msg("No such business")
    detail = msg("We could not find this business.")


class NibTaken(Conflict):
    """Another business of the zone has this NIB."""

    code = "nib-taken"
    title = msg("This NIB is already registered here")
    detail = msg("A business with this NIB is in the zone or has applied. Ask its owner to invite you.")


class MissingTaxIdentity(Invalid):
    """Neither an NPWP nor a NIK was given."""

    code = "missing-tax-identity"
    title = msg("NPWP or NIK needed")
    detail = msg("Give the NPWP of the business, or the NIK of its owner.")


class InvalidName(Invalid):
    """A name is empty, too long or holds unprintable characters."""

    code = "invalid-name"
    title = msg("This name is not right")
    detail = msg("A name has 2 to {most} visible characters.")


class TooLong(Invalid):
    """A text is longer than its place."""

    code = "too-long"
    title = msg("This text is too long")
    detail = msg("At most {most} characters fit here.")


class UnknownLegalForm(Invalid):
    """Not one of the legal forms."""

    code = "unknown-legal-form"
    title = msg("Choose a legal form")
    detail = msg("Pick one of the forms in the list.")


class MissingReason(Invalid):
    """A decision against somebody needs a reason."""

    code = "missing-reason"
    title = msg("A reason is needed")
    detail = msg("Write in a sentence what the owner has to change, at most {most} characters.")


class WrongStatus(Conflict):
    """The business is not in a state that allows this."""

    code = "wrong-status"
    title = msg("Not possible in this state")
    detail = msg("The business is now “{status}”, so this cannot be done.")


class InvalidEmail(Invalid):
    """Not an e-mail address."""

    code = "invalid-email"
    title = msg("This e-mail address is not right")
    detail = msg("Write it like name@example.com.")


class UnknownRole(Invalid):
    """Not one of the roles."""

    code = "unknown-role"
    title = msg("Choose a role")
    detail = msg("Pick one of the roles in the list.")


class UnknownPerson(NotFound):
    """No such person, or not for this caller."""

    code = "unknown-person"
    title = msg("No such person")
    detail = msg("Nobody here signs in with this. Ask them to create an account first, or invite them.")


class LastOwner(Conflict):
    """A business may not be left without an owner."""

    code = "last-owner"
    title = msg("The last owner stays")
    detail = msg("Make somebody else an owner first.")


class LastOperator(Conflict):
    """A zone may not be left without an operator."""

    code = "last-operator"
    title = msg("The last operator stays")
    detail = msg("Make somebody else an operator first.")


class AlreadyMember(Conflict):
    """The person has a role here already."""

    code = "already-member"
    title = msg("Already in the team")
    detail = msg("This person has a role here. Change the role instead.")


class UnknownInvitation(NotFound):
    """No open invitation belongs to this link."""

    code = "unknown-invitation"
    title = msg("This invitation does not open")
    detail = msg("The link is wrong, was used already or was withdrawn. Ask for a new invitation.")


class InvitationExpired(Conflict):
    """The invitation was not accepted in time."""

    code = "invitation-expired"
    title = msg("This invitation has expired")
    detail = msg("Ask for a new one.")


class InvitationForSomebodyElse(Conflict):
    """The invitation names another e-mail address."""

    code = "invitation-for-somebody-else"
    title = msg("This invitation is for another address")
    detail = msg("Sign in with the e-mail address that the invitation was sent to.")


class TooManyInvitations(Conflict):
    """Too many invitations are open at once."""

    code = "too-many-invitations"
    title = msg("Too many open invitations")
    detail = msg("{most} invitations are open. Withdraw some, or wait until they are accepted.")


class UnknownKey(NotFound):
    """No such API key, or not for this caller."""

    code = "unknown-key"
    title = msg("No such key")
    detail = msg("We could not find this key.")


class TooManyKeys(Conflict):
    """Too many API keys are in use."""

    code = "too-many-keys"
    title = msg("Too many keys")
    detail = msg("{most} keys are in use. Revoke one that is no longer needed.")


class UnknownScope(Invalid):
    """Not a scope, or none was chosen."""

    code = "unknown-scope"
    title = msg("Choose what the key may do")
    detail = msg("Pick at least one scope of the list.")


class UnknownStatus(Invalid):
    """Not a status of a business."""

    code = "unknown-status"
    title = msg("No such status")
    detail = msg("Choose a status of the list.")
