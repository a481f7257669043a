using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The certificates in clear that an encrypted signature may name. They are read before it is decrypted: what is wrong with them must not
/// show by what the ciphertext holds. Each verifies once when the message is refused, so the time does not tell which of them the
/// signature names, or whether it names one.
/// </summary>
internal sealed class PossibleSigners : IDisposable
{
    private readonly List<(X509Certificate2 Certificate, int Position)> _sent = [];
    private readonly IReadOnlyList<X509Certificate2> _peers;
    private readonly X509Certificate2? _forNamed;

    private PossibleSigners(IReadOnlyList<X509Certificate2> peers, X509Certificate2? forNamed) => (_peers, _forNamed) = (peers, forNamed);

    /// <summary>Reads the certificates of a message; none where a symmetric key signs.</summary>
    /// <exception cref="Failures.SecurityFailureException">One is malformed, or its key is none that the suite allows.</exception>
    public static PossibleSigners Read(SecurityHeader header, MessageRequirements requirements, KeySource source)
    {
        var signers = new PossibleSigners(requirements.IsAsymmetric ? source.Peers : [], requirements.NamesSigner ? source.StandIn : null);
        try
        {
            foreach (var item in header.Items)
            {
                if (requirements.IsAsymmetric && item.Token == TokenKind.X509)
                {
                    signers._sent.Add((BinarySecurityToken.Read(item.Element), item.Position));
                    SignatureVerification.RequireKey(requirements.Suite, signers._sent[^1].Certificate);
                }
            }

            return signers;
        }
        catch
        {
            signers.Dispose();
            throw;
        }
    }

    /// <summary>Verifies a stand-in with each, but for the one that has verified the signature before.</summary>
    public void Spend(StandInSignature standIn, SecurityAlgorithmSuite suite, SigningCertificate? done)
    {
        foreach (var (certificate, position) in _sent)
        {
            if (done?.Token is not { } token || token.Position != position)
            {
                standIn.Verify(suite, certificate);
            }
        }

        foreach (var peer in _peers)
        {
            if (!ReferenceEquals(done?.Certificate, peer))
            {
                standIn.Verify(suite, peer);
            }
        }

        // A certificate that is only named has verified once where it is known. Where it is not, another one does.
        if (_forNamed is not null && done is null)
        {
            standIn.Verify(suite, _forNamed);
        }
    }

    public void Dispose()
    {
        foreach (var (certificate, _) in _sent)
        {
            certificate.Dispose();
        }
    }
}
